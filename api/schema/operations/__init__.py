"""Operations as clients see them."""
