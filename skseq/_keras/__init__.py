"""Everything that knows Keras; the rest of skseq comes in through ``engine``."""
