"""The wall screens and the loudspeaker of a hall: follows the server, shows and speaks. Holds no rules of queues."""
