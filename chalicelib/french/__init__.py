"""What people read: days, hours, euros, typography, the small Markdown."""
