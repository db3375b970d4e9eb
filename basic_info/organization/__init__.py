"""单位、科室、岗位、人员与任职: units, sections, posts, people and their appointments."""
