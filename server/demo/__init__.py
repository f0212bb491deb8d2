"""The demo data set, see NOTICE."""
