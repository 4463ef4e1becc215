"""The forms of the registration and of the profile."""

from typing import Annotated

import msgspec
from litestar.datastructures import UploadFile

from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from onboarding.providers.profile_schemas import Certificate


class CompanyForm(msgspec.Struct, frozen=True, kw_only=True):
    """The first question of the registration."""

    business_id: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Business ID"))]


class CertificateForm(Certificate, frozen=True, kw_only=True):
    """A certificate with its file, which may be left alone where there is one already."""

    file: UploadFile | None = None
