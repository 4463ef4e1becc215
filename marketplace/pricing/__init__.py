"""What a visit costs and who pays which cent of it. Pure: no database, no HTTP, no clock.

Read in the order in which money is made: ``bands`` (which minutes belong to which time band), ``prices`` (a provider's
price list), ``quotes`` (visit and price list to lines), ``values`` (what a voucher is worth), ``shares`` (payer and own
share), ``receipts`` (all of it kept, and computed again years later), ``schedules`` (a month before it happens).
"""
