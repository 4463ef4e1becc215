"""What the archive reads of one application; each query takes its id. Whose it is, ``collecting.reader_of`` has checked."""

from typing import Final

APPLICATION: Final = """
select a.id, a.reference, a.kind, a.status, a.provider_id, a.organiser_id, a.rulebook_version_id, a.service_classes,
    a.municipality_codes as municipalities, a.unit_ids, a.created_at, a.changed_at, a.submitted_at, a.decided_at,
    a.created_by, a.submitted_by, a.decided_by, a.decision_reasons, p.name as provider_name, p.public_id as business_id,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en) as organiser_name, e.erased_at
from application a join provider p on p.id = a.provider_id join organiser o on o.id = a.organiser_id
left join erased_application e on e.application_id = a.id
where a.id = $1 and (a.provider_id = $2 or (a.organiser_id = $3 and a.submitted_at is not null))
"""
ANSWERS: Final = """
select question as slot, value, source, answered_at from application_answer where application_id = $1
"""
ATTACHMENTS: Final = """
select t.question as slot, t.issued_on, t.created_at, f.id as file_id, f.name, f.media_type, f.size_bytes, f.sha256,
    f.owner, f.owner_id
from application_attachment t join stored_file f on f.id = t.file_id
where t.application_id = $1 and not ($2 and exists (
    select from information_request r join information_request_item i on i.request_id = r.id
    where r.application_id = $1 and r.answered_at is null and t.question = 'request@' || i.id::text))
order by t.question, t.created_at, t.id
"""
UNITS: Final = "select id::text as code, name from provider_unit where provider_id = $1 order by name, id"
REQUESTS: Final = """
select r.id, r.asked_at, r.due_on, r.answered_at, i.position, i.asked, i.slot,
    case when r.answered_at is not null or not $2 then i.reply else '' end as reply,
    case when r.answered_at is not null or not $2 then i.answer end as answer,
    case when r.answered_at is not null or not $2 then i.replied_at end as replied_at
from information_request r left join information_request_item i on i.request_id = r.id
where r.application_id = $1 order by r.asked_at, r.id, i.position
"""
NOTES: Final = """
select n.kind, n.body, n.written_at, n.written_by, (m.id is not null) as by_staff from review_note n
left join lateral (select id from membership where person = n.written_by and organiser_id = $2 limit 1) m on true
where n.application_id = $1 and ($3 or n.kind <> 'note') order by n.written_at, n.id
"""
APPROVALS: Final = """
select id, service_classes, municipality_codes as municipalities, valid_from, valid_to, conditions, status, status_from,
    granted_at from approval where application_id = $1 order by granted_at, id
"""
DECISIONS: Final = """
select d.id, d.number, d.outcome, d.approved, d.refused, d.reasons, d.words, d.conditions, d.valid_from, d.valid_to,
    d.legal_basis, d.appeal, d.decided_at, d.language, f.id as file_id, f.name, f.media_type, f.size_bytes, f.sha256,
    f.owner, f.owner_id, x.made_at
from decision d left join decision_document x on x.decision_id = d.id left join stored_file f on f.id = x.file_id
where d.application_id = $1 order by d.decided_at, d.id
"""
EVENTS: Final = """
select e.happened_at, e.person_id, e.role, e.organiser_id, e.provider_id, e.action, e.before, e.after from audit_event e
where (e.subject = 'application' and e.subject_id = $1)
    or (e.subject = 'approval' and e.subject_id in (select id from approval where application_id = $1))
    or (e.subject = 'decision' and e.subject_id in (select id from decision where application_id = $1))
order by e.happened_at, e.id
"""
