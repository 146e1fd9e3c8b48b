"""What people may ask for: to take away what is held of them, and to bring it elsewhere."""
