"""The dashboard: pages for the people of the agency, behind a sign-in."""
