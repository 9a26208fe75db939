/* ctlplugins.h - plug-ins of supervisorctl whose verbs svctl has itself */
#ifndef SVD_CONF_CTLPLUGINS_H
#define SVD_CONF_CTLPLUGINS_H

enum ctlplugin {
	CTLPLUGIN_NONE,
#define CTLPLUGIN(id, factory, title) CTLPLUGIN_##id,
#include "conf/ctlplugins.def"
#undef CTLPLUGIN
	CTLPLUGIN_N
};

/* Which of them a factory ("module:function") makes; CTLPLUGIN_NONE: another one. */
enum ctlplugin ctlplugin_find(const char *factory);

#endif
