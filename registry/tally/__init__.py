"""What leaders see; reads only."""
