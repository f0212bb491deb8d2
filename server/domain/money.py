"""The currencies that money may be in, in the order and with the labels that InvenTree's forms show."""

__all__ = ["BASE_CURRENCY", "CURRENCIES"]

BASE_CURRENCY = "USD"

CURRENCIES = {
    "AUD": "AUD - Australian Dollar",
    "CAD": "CAD - Canadian Dollar",
    "CNY": "CNY - Chinese Yuan",
    "EUR": "EUR - Euro",
    "GBP": "GBP - British Pound",
    "JPY": "JPY - Japanese Yen",
    "NZD": "NZD - New Zealand Dollar",
    "USD": "USD - US Dollar",
}
