"""What an index says: labels, series, order, gaps, and the rows that come next."""
