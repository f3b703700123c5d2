const shownRange = () => [];
