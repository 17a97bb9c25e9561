"""What people see and do: the dashboard in a real browser, run by `make walk`."""
