"""The audit without a screen: what is asked for, what the server knows, what is saved."""
