"""Invented personal names (姓名): common surnames, given names of one or two signs, some rare."""

from random import Random

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_WEIGHTED = _SURNAMES[:20] * 6 + _SURNAMES[20:60] * 2 + _SURNAMES[60:]
_DOUBLE = ("欧阳", "诸葛", "司马", "上官", "公孙")
_MALE = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆志建国文博海峰振兴林松柏德庆传宝成永昌瑞泽晨轩"
_FEMALE = "芳娜敏静丽娟艳霞秀英玲燕红梅兰凤洁莹雪琳晶妍茜倩婷颖慧雅欣蕾薇怡佳瑶梦璐文君淑珍云晓春秋月"
_SHARED = "子思安晓文嘉雨书一宁家天立新永世清学"
_RARE = ("𠮷", "㑇", "喆", "䶮", "堃", "昇", "頔", "珺")


def person_name(rng: Random, *, is_male: bool) -> str:
    """A plausible name; one in four hundred holds a rare sign, some of them outside the basic plane."""
    surname = rng.choice(_DOUBLE) if rng.random() < 0.005 else rng.choice(_WEIGHTED)
    signs = _MALE if is_male else _FEMALE
    dice = rng.random()
    if dice < 0.0025:
        return surname + rng.choice(_SHARED) + rng.choice(_RARE)
    if dice < 0.2:
        return surname + rng.choice(signs)
    return surname + rng.choice(_SHARED if dice < 0.5 else signs) + rng.choice(signs)
