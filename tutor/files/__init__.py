"""Files: what people send, kept as clean pictures until a room claims it or it is swept away. Front page of the room."""
