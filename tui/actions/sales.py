"""Commands of the sales screens."""

from tui.actions.action import Action

__all__ = ["ACTIONS"]

SALES_VIEW = ("sales_order", "view")

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.sales",
        ("$",),
        "Sales",
        "Show what was sold: trends, charts, slow movers, seasons, and the orders behind them.",
        "global",
        needs=SALES_VIEW,
        argument="part, category, customer or supplier",
    ),
    Action("sales.next", ("tab",), "Next kind", "Parts, categories, customers, suppliers in turn.", "sales", footer=12),
    Action("sales.part", ("1",), "Parts", "Show sales per part.", "sales"),
    Action("sales.category", ("2",), "Categories", "Show sales per category.", "sales"),
    Action("sales.customer", ("3",), "Customers", "Show sales per customer.", "sales"),
    Action("sales.supplier", ("4",), "Suppliers", "Show sales per supplier.", "sales"),
    Action("sales.span", ("w",), "Months", "Change between 12 weeks and 12 months.", "sales", footer=14),
    Action("sales.trends", ("t",), "Trends", "Show revenue, units, growth and trend of each.", "sales", footer=18),
    Action("sales.slow", ("z",), "Slow movers", "Show what lies in stock and is not sold.", "sales", footer=20),
    Action(
        "sales.season",
        ("e",),
        "Season",
        "Show what each month of the year sells: the marked rows, or all.",
        "sales",
        footer=22,
    ),
    Action("sales.card", ("b",), "Bin card", "Show the bin card of the part.", "sales", footer=38),
    Action("sales.close", ("backspace", "h"), "Close", "Close this.", "sales", footer=65),
    Action("sold.span", ("w",), "Months", "Weeks, months, years in turn.", "sold", footer=12),
    Action("sold.measure", ("m",), "Units", "Draw units instead of revenue, or revenue again.", "sold", footer=14),
    Action("sold.before", ("p",), "Year before", "Mark the year before, or not.", "sold", footer=16),
    Action("sold.average", ("a",), "Average", "Mark the moving average, or not.", "sold", footer=18),
    Action("sold.card", ("b",), "Bin card", "Show the bin card of the part.", "sold", footer=38),
    Action("sold.season", ("e",), "Season", "Show what each month of the year sells.", "sold", footer=20),
    Action("sold.close", ("backspace", "h"), "Close", "Close this.", "sold", footer=65),
)
