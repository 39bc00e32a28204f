"""What has gone cold: when a page leaves the hot store, where it lies, and how it comes back."""
