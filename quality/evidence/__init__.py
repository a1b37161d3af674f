"""Evidence (佐证材料): files that were put down once and are cited wherever they show something."""
