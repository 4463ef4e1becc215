"""What a visit or a month costs and who pays which cent of it. Pure: no database, no HTTP, no clock.

Read in the order in which money is made: ``bands`` (which minutes belong to which time band), ``charges`` and ``prices`` (a
provider's price list and what it may hold), ``quotes`` (visit and price list to lines), ``values`` (what a voucher is
worth: ``worth``, ``steps``, ``households``; what is wrong with a rule: ``value_checks``), ``limits`` (how much it covers),
``shares`` (payer and own share), ``receipts`` (a visit kept, and computed again years later).

Before it happens: ``weeks`` (schedule to visits to minutes in bands), ``charging`` (what of them is charged and covered),
``months`` (one price list or thousands, with ``pooling`` and ``month_fees``), ``month_receipts``; ``schedules`` is their door.
"""
