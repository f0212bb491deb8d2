"""Suppliers on the screen: the columns of what was found and of offers, and the lines of a card."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tui.history import Place
from tui.suppliers.lead_times import LeadTimes
from tui.suppliers.lookup import Card, Hit, OpenOrder
from tui.suppliers.offers import Offer, PriceBreak
from tui.views.formats import quantity, with_unit
from tui.views.view import ResourceView
from tui.widgets.chart import step_chart
from tui.widgets.columns import Column
from tui.widgets.text_lines import TextLine

__all__ = ["HITS", "OFFERS", "OfferRow", "card_lines", "money"]

#: Cells that a table of price breaks takes.
TABLE = 30
CHART_LINES = 8


def money(amount: Decimal | None, currency: str) -> str:
    """An amount with its currency, with at least two and at most six places; "" for none."""
    if amount is None:
        return ""
    rounded = amount.quantize(Decimal("0.000001")).normalize()
    text = f"{rounded:,f}" if rounded.as_tuple().exponent not in (0, -1) and rounded % 1 else f"{rounded:,.2f}"
    return f"{text.replace(',', ' ')} {currency}".strip()


# -- what was found


def _pack(hit: Hit) -> str:
    return with_unit(hit.part.pack, hit.part.unit) if hit.part is not None and hit.part.pack != 1 else ""


def _supplier(hit: Hit) -> str:
    return hit.supplier if hit.code else "supplier"


HITS = ResourceView(
    name="suppliers",
    path="company/part/",
    columns=(
        Column("code", "SKU", lambda hit: hit.code or hit.supplier, width=24, min_width=12, flex=1, priority=0),
        Column("supplier", "Supplier", _supplier, width=14, min_width=8, flex=1, priority=1),
        Column("part", "Part", lambda hit: hit.about, width=22, min_width=14, flex=2, priority=2),
        Column("mpn", "MPN", lambda hit: hit.part.mpn if hit.part else "", width=20, min_width=14, priority=4),
        Column("pack", "Pack", _pack, width=8, align="right", priority=5),
        Column(
            "on_order", "On order", lambda hit: quantity(hit.part.on_order or None) if hit.part else "", width=9,
            align="right", priority=3, hint="number",
        ),
    ),
    shown=("code", "supplier", "part", "mpn", "pack", "on_order"),
    orderings={},
    ordering="",
)  # fmt: skip


# -- the card


def card_lines(card: Card, width: int, *, plain: bool = False) -> list[TextLine]:
    """A card as lines of at most `width` cells: the figures first."""
    lines = [_head(card)]
    lines += _part_facts(card)
    lines.append(_lead_line(card.lead))
    lines += _price_lines(card, width, plain=plain)
    lines += [_order_line(each) for each in card.orders]
    lines += _contact_lines(card)
    lines += _link_lines(card)
    return lines


def _fact(label: str, value: str, style: str = "", *, copy: str = "", place: Place | None = None) -> TextLine:
    return TextLine(((f"{label:<12}", "muted"), (value, style)), copy or value, place)


def _head(card: Card) -> TextLine:
    part = card.hit.part
    if part is None:
        return TextLine(((card.hit.supplier, "strong"), (f"  {card.hit.about}", "")), card.hit.supplier)
    marks = "".join(f"  {word}" for word, on in (("primary", part.primary), ("INACTIVE", not part.active)) if on)
    return TextLine(
        ((part.sku, "strong"), (f"  {part.supplier_name}  {part.part_name}", ""), (marks, "warn")), part.sku
    )


def _part_facts(card: Card) -> list[TextLine]:
    part = card.hit.part
    if part is None:
        count = card.parts_supplied
        return [_fact("Supplies", f"{count} parts")] if count is not None else []
    facts = []
    if card.paid is not None:
        when = f"  {card.paid.day}" if card.paid.day else ""
        facts.append(
            _fact("Last paid", f"{money(card.paid.price, card.paid.currency)}{when}  {card.paid.reference}", "strong")
        )
    packed = [f"{with_unit(part.pack, part.unit)} each" if part.pack != 1 else "", part.packaging]
    if any(packed):
        facts.append(_fact("Pack", ", ".join(filter(None, packed))))
    if part.available:
        facts.append(_fact("Available", f"{quantity(part.available)} at the supplier"))
    if part.mpn:
        facts.append(_fact("MPN", f"{part.mpn}  {part.manufacturer_name}", copy=part.mpn))
    if part.description:
        facts.append(_fact("Description", part.description))
    if part.note:
        facts.append(_fact("Note", part.note))
    return facts


def _lead_line(lead: LeadTimes) -> TextLine:
    if lead.median is None or lead.p90 is None:
        came = f"{lead.receipts} receipts without dates" if lead.receipts else "nothing received yet"
        return _fact("Lead time", f"not known: {came}", "muted")
    text = f"{lead.median:g} days median, {lead.p90:g} days in 9 of 10 cases"
    on_time = f", on time {lead.on_time:.0%}" if lead.on_time is not None else ""
    return _fact("Lead time", f"{text}{on_time} ({lead.receipts} receipts)", "strong")


def _price_lines(card: Card, width: int, *, plain: bool) -> list[TextLine]:
    part = card.hit.part
    if part is None:
        return []
    if not card.breaks:
        return [_fact("Prices", "no price breaks are known", "muted")]
    unit = part.pack != 1
    table = [(f"{'From packs' if unit else 'From':>11}{'Price':>17}", "muted")]
    table += [(f"{quantity(step.quantity):>11}{money(step.price, step.currency):>17}", "") for step in card.breaks]
    chart = _chart(card.breaks, width - TABLE - 2, plain=plain) if width >= TABLE + 32 else []
    height = max(len(table), len(chart))
    table += [("", "")] * (height - len(table))
    chart += [""] * (height - len(chart))
    return [
        TextLine(((f"{text:<{TABLE}}", style), (drawn, "")), text.strip())
        for (text, style), drawn in zip(table, chart, strict=True)
    ]


def _chart(breaks: Sequence[PriceBreak], room: int, *, plain: bool) -> list[str]:
    if len(breaks) < 2 or len({step.currency for step in breaks}) > 1:
        return []
    points = [(float(step.quantity), float(step.price)) for step in breaks if step.quantity > 0]
    return step_chart(points, min(room, 60), CHART_LINES, last=points[-1][0] * 2, plain=plain) if points else []


def _order_line(order: OpenOrder) -> TextLine:
    due = f"due {order.due}" if order.due else "no date"
    left = f"{quantity(order.outstanding)} to come, " if order.outstanding else ""
    place = Place("order", "purchaseorder", order.pk, title=order.reference)
    return _fact("Open order", f"{order.reference}  {left}{due}  {order.state}", copy=order.reference, place=place)


def _contact_lines(card: Card) -> list[TextLine]:
    lines = []
    for each in card.contacts:
        role = f" ({each.role})" if each.role else ""
        reach = "  ".join(filter(None, (each.phone, each.email)))
        lines.append(_fact("Contact", f"{each.name}{role}  {reach}", copy=each.email or each.phone or each.name))
    company = card.company or {}
    for label, name in (("Phone", "phone"), ("E-mail", "email"), ("Contact", "contact")):
        if company.get(name):
            lines.append(_fact(label, str(company[name])))
    return lines


def _link_lines(card: Card) -> list[TextLine]:
    company = card.company or {}
    links = [
        card.hit.part.link if card.hit.part else "",
        str(company.get("website") or ""),
        str(company.get("link") or ""),
    ]
    return [_fact("Link", link) for link in dict.fromkeys(filter(None, links))]


# -- offers side by side


class OfferRow:
    """An offer with what stands out about it; `pk` is the supplier part's."""

    def __init__(self, offer: Offer, marks: Mapping[int, Sequence[str]]) -> None:
        self.offer = offer
        self.pk = offer.part.pk
        self.marks = ", ".join(marks.get(self.pk, ()))


def _ordered(row: OfferRow) -> str:
    """How much really comes, and in how many packs."""
    offer = row.offer
    packs = f" ({quantity(offer.packs)} x {quantity(offer.part.pack)})" if offer.part.pack != 1 else ""
    return f"{with_unit(offer.ordered, offer.part.unit)}{packs}"


def _lead(row: OfferRow) -> str:
    lead = row.offer.lead
    return f"{lead.median:g} d" if lead.median is not None else "?"


def _on_time(row: OfferRow) -> str:
    share = row.offer.lead.on_time
    return f"{share:.0%}" if share is not None else ""


OFFERS = ResourceView(
    name="offers",
    path="company/part/",
    columns=(
        Column(
            "supplier", "Supplier", lambda row: row.offer.part.supplier_name, width=12, min_width=8, flex=1, priority=1
        ),
        Column("sku", "SKU", lambda row: row.offer.part.sku, width=18, min_width=14, flex=1, priority=4),
        Column(
            "total", "Total", lambda row: money(row.offer.total, row.offer.currency) or "no price", width=13,
            min_width=10, align="right", priority=0, hint="number",
        ),
        Column(
            "unit", "Each", lambda row: money(row.offer.unit_price, ""), width=10, min_width=7, align="right",
            priority=2, hint="number",
        ),
        Column("order", "You get", _ordered, width=12, min_width=8, align="right", flex=1, priority=6),
        Column("arrives", "Arrives", lambda row: str(row.offer.arrives or ""), width=10, priority=3),
        Column("lead", "Lead", _lead, width=6, align="right", priority=7),
        Column("on_time", "On time", _on_time, width=7, align="right", priority=8),
        Column(
            "available", "At supplier", lambda row: quantity(row.offer.part.available or None), width=11, align="right",
            priority=9,
        ),
        Column("marks", "", lambda row: row.marks, width=18, min_width=8, flex=1, priority=5, hint="strong"),
    ),
    shown=("supplier", "sku", "total", "unit", "order", "arrives", "lead", "on_time", "available", "marks"),
    orderings={},
    ordering="",
)  # fmt: skip
