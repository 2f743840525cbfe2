return {Job = Job}
