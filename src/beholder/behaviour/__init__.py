"""What people did: kinds of event, their meaning, and histories."""
