"""The screens: theme, widgets, models and delegates, over the session's views and nothing below them."""
