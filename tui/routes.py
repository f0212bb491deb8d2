"""Which screen shows a place, by `Place.screen`; a screen is imported when it is first wanted."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.history import Place
    from tui.screens.base import BincardScreen

__all__ = ["ROUTES", "screen_for"]

#: "module:class" of each; the class is made with the place. The stock screen is always there and not among them.
ROUTES: Mapping[str, str] = {
    "card": "tui.screens.card:CardScreen",
    "orders": "tui.screens.order_board:OrderBoard",
    "order": "tui.screens.order:OrderScreen",
    "receive": "tui.screens.receive:ReceiveScreen",
    "pick": "tui.screens.pick:PickScreen",
    "count": "tui.screens.count_sheet:CountSheetScreen",
    "sessions": "tui.screens.count_sessions:SessionBoard",
    "review": "tui.screens.count_review:ReviewScreen",
    "planner": "tui.screens.count_planner:CountPlannerScreen",
    "suppliers": "tui.screens.suppliers:SuppliersScreen",
    "alerts": "tui.screens.alert_board:AlertBoard",
    "dashboard": "tui.screens.dashboard:DashboardScreen",
    "sales": "tui.screens.sales:SalesScreen",
    "sales-slow": "tui.screens.sales:SlowMoversScreen",
    "sales-season": "tui.screens.sales_season:SalesSeasonScreen",
    "sales-chart": "tui.screens.sales_chart:SalesChartScreen",
    "sales-orders": "tui.screens.sales_orders:SalesOrdersScreen",
    "offers": "tui.screens.offers:OffersScreen",
    "audit": "tui.screens.audit:AuditScreen",
    "reorder": "tui.screens.reorder:ReorderScreen",
}


def screen_for(place: "Place") -> "BincardScreen":
    """A new screen that shows the place. Raises KeyError for one that no screen shows."""
    module, _, name = ROUTES[place.screen].partition(":")
    screen: BincardScreen = getattr(importlib.import_module(module), name)(place)
    return screen
