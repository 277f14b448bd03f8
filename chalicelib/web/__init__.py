"""The machinery of any page: routes, answers, visits, forms, sessions, headers, rendering."""
