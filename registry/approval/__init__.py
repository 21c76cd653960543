"""The district's desk: the queue, the case, the decision."""
