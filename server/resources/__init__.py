"""The declarations: what there is under which address."""
