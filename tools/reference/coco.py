"""Opens export/testdata/coco.json with pycocotools and checks what it reads.

The file is what Descry's own test writes (go test ./export -run COCO -update).
Run from the repository's root, after a change of the COCO writer:
    python tools/reference/coco.py
"""
import numpy as np
from pycocotools.coco import COCO


def main():
    coco = COCO("export/testdata/coco.json")
    images = coco.loadImgs(coco.getImgIds())
    assert [(i["id"], i["width"], i["height"]) for i in images] == [(1, 2, 2), (2, 5, 7), (3, 64, 64)], images
    names = {c["id"]: c["name"] for c in coco.loadCats(coco.getCatIds())}
    assert names == {1: "person", 17: "cat", 18: "dog", 37: "sports ball"}, names
    assert coco.getAnnIds(imgIds=[2]) == []
    seen = 0
    for annotation in coco.loadAnns(coco.getAnnIds()):
        assert annotation["id"] >= 1 and annotation["iscrowd"] == 0
        if "segmentation" not in annotation:
            continue
        image = coco.loadImgs(annotation["image_id"])[0]
        mask = coco.annToMask(annotation)
        assert mask.shape == (image["height"], image["width"])
        assert mask.sum() == annotation["area"], annotation["id"]
        seen += 1
        if annotation["category_id"] == 37:
            yy, xx = np.mgrid[:64, :64] + 0.5
            assert (mask == (np.hypot(xx - 30, yy - 20) < 12)).all()
        if annotation["category_id"] == 18:
            assert mask.tolist() == [[0, 1], [1, 1]]
    assert seen == 3
    results = [{k: a[k] for k in ("image_id", "category_id", "segmentation", "score")}
               for a in coco.loadAnns(coco.getAnnIds()) if "segmentation" in a]
    assert len(coco.loadRes(results).getAnnIds()) == 3
    print("coco.json: all as it should be")


if __name__ == "__main__":
    main()
