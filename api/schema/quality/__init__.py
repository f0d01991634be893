"""Quality by GraphQL: results and the records behind them."""
