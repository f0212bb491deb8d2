"""What happens on the server, followed as it happens: events, alerts, the numbers of the dashboard. Knows no screen."""
