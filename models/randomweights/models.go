package randomweights

import "fmt"

// transformerSpread is the standard deviation of BERT's and ViT's initial weights
// (initializer_range).
const transformerSpread = 0.02

// blip returns the tensors of BlipForConditionalGeneration with a vision tower of
// the given size; the text decoder is that of BERT base in both official models.
func blip(hidden, layers, intermediate int64) []tensor {
	var l list
	const s = transformerSpread
	const patches = (384/16)*(384/16) + 1
	l.normal("vision_model.embeddings.class_embedding", s, 1, 1, hidden)
	l.normal("vision_model.embeddings.position_embedding", s, 1, patches, hidden)
	l.normal("vision_model.embeddings.patch_embedding.weight", s, hidden, 3, 16, 16)
	l.normal("vision_model.embeddings.patch_embedding.bias", s, hidden)
	for i := range layers {
		p := fmt.Sprintf("vision_model.encoder.layers.%d.", i)
		l.linear(p+"self_attn.qkv", s, 3*hidden, hidden)
		l.linear(p+"self_attn.projection", s, hidden, hidden)
		l.layerNorm(p+"layer_norm1", hidden)
		l.linear(p+"mlp.fc1", s, intermediate, hidden)
		l.linear(p+"mlp.fc2", s, hidden, intermediate)
		l.layerNorm(p+"layer_norm2", hidden)
	}
	l.layerNorm("vision_model.post_layernorm", hidden)
	blipText(&l, hidden)
	return l
}

// blipText adds BERT base as a decoder, with cross-attention to rows of seen
// numbers.
func blipText(l *list, seen int64) {
	const s, hidden, layers, intermediate, positions = transformerSpread, 768, 12, 3072, 512
	l.normal("text_decoder.bert.embeddings.word_embeddings.weight", s, vocabulary, hidden)
	l.normal("text_decoder.bert.embeddings.position_embeddings.weight", s, positions, hidden)
	l.layerNorm("text_decoder.bert.embeddings.LayerNorm", hidden)
	for i := range layers {
		p := fmt.Sprintf("text_decoder.bert.encoder.layer.%d.", i)
		for _, a := range []struct {
			name string
			of   int64
		}{{"attention", hidden}, {"crossattention", seen}} {
			l.linear(p+a.name+".self.query", s, hidden, hidden)
			l.linear(p+a.name+".self.key", s, hidden, a.of)
			l.linear(p+a.name+".self.value", s, hidden, a.of)
			l.linear(p+a.name+".output.dense", s, hidden, hidden)
			l.layerNorm(p+a.name+".output.LayerNorm", hidden)
		}
		l.linear(p+"intermediate.dense", s, intermediate, hidden)
		l.linear(p+"output.dense", s, hidden, intermediate)
		l.layerNorm(p+"output.LayerNorm", hidden)
	}
	l.normal("text_decoder.cls.predictions.bias", s, vocabulary)
	l.linear("text_decoder.cls.predictions.transform.dense", s, hidden, hidden)
	l.layerNorm("text_decoder.cls.predictions.transform.LayerNorm", hidden)
	l.linear("text_decoder.cls.predictions.decoder", s, vocabulary, hidden)
}

// branchGain is the gain of the last norm of a residual branch: it keeps sums of
// sixteen and more branches at the size of one.
const branchGain = 0.25

// resnet adds a bottleneck body with the given number of blocks in its four stages.
func resnet(l *list, prefix string, blocks [4]int64) {
	l.conv(prefix+"conv1", 64, 3, 7)
	l.norm(prefix+"bn1", 64, 1)
	in := int64(64)
	for stage, n := range blocks {
		planes := int64(64) << stage
		for block := range n {
			p := fmt.Sprintf("%slayer%d.%d.", prefix, stage+1, block)
			l.conv(p+"conv1", planes, in, 1)
			l.norm(p+"bn1", planes, 1)
			l.conv(p+"conv2", planes, planes, 3)
			l.norm(p+"bn2", planes, 1)
			l.conv(p+"conv3", 4*planes, planes, 1)
			l.norm(p+"bn3", 4*planes, branchGain)
			if block == 0 {
				l.conv(p+"downsample.0", 4*planes, in, 1)
				l.norm(p+"downsample.1", 4*planes, 1)
			}
			in = 4 * planes
		}
	}
}

// The detectors' sizes: channels of the pyramid, COCO's classes.
const (
	pyramid     = 256
	cocoClasses = 91
	vocClasses  = 21
)

// biased adds a convolution with a bias.
func (l *list) biased(name string, out, in, kernel int64) {
	l.conv(name, out, in, kernel)
	l.normal(name+".bias", 0.05, out)
}

// normed adds a convolution and the batch norm behind it, as name.0 and name.1.
func (l *list) normed(name string, out, in, kernel int64) {
	l.conv(name+".0", out, in, kernel)
	l.norm(name+".1", out, 1)
}

// maskRCNN returns the tensors of maskrcnn_resnet50_fpn, with the names in its
// original weights, or of maskrcnn_resnet50_fpn_v2.
func maskRCNN(v2 bool) []tensor {
	var l list
	resnet(&l, "backbone.body.", [4]int64{3, 4, 6, 3})
	for i := range int64(4) {
		inner, layer := fmt.Sprintf("backbone.fpn.inner_blocks.%d", i), fmt.Sprintf("backbone.fpn.layer_blocks.%d", i)
		if v2 {
			l.normed(inner, pyramid, 256<<i, 1)
			l.normed(layer, pyramid, pyramid, 3)
			continue
		}
		l.biased(inner, pyramid, 256<<i, 1)
		l.biased(layer, pyramid, pyramid, 3)
	}
	anchors := int64(3)
	if v2 {
		l.biased("rpn.head.conv.0.0", pyramid, pyramid, 3)
		l.biased("rpn.head.conv.1.0", pyramid, pyramid, 3)
	} else {
		l.biased("rpn.head.conv", pyramid, pyramid, 3)
	}
	l.answer("rpn.head.cls_logits", 0.2, anchors, pyramid, 1, 1)
	l.answer("rpn.head.bbox_pred", 0.02, 4*anchors, pyramid, 1, 1)
	const hidden = 1024
	if v2 {
		for i := range 4 {
			l.normed(fmt.Sprintf("roi_heads.box_head.%d", i), pyramid, pyramid, 3)
		}
		l.answer("roi_heads.box_head.5", 0.0126, hidden, pyramid*7*7)
	} else {
		l.answer("roi_heads.box_head.fc6", 0.0126, hidden, pyramid*7*7)
		l.answer("roi_heads.box_head.fc7", 0.0442, hidden, hidden)
	}
	l.answer("roi_heads.box_predictor.cls_score", 0.11, cocoClasses, hidden)
	l.answer("roi_heads.box_predictor.bbox_pred", 0.02, 4*cocoClasses, hidden)
	for i := range 4 {
		if v2 {
			l.normed(fmt.Sprintf("roi_heads.mask_head.%d", i), pyramid, pyramid, 3)
		} else {
			l.biased(fmt.Sprintf("roi_heads.mask_head.mask_fcn%d", i+1), pyramid, pyramid, 3)
		}
	}
	l.normal("roi_heads.mask_predictor.conv5_mask.weight", 0.0884, pyramid, pyramid, 2, 2)
	l.normal("roi_heads.mask_predictor.conv5_mask.bias", 0.05, pyramid)
	l.answer("roi_heads.mask_predictor.mask_fcn_logits", 0.2, cocoClasses, pyramid, 1, 1)
	return l
}

// answer adds a last layer, whose spread determines how confident the answer is.
func (l *list) answer(name string, spread float64, shape ...int64) {
	l.normal(name+".weight", spread, shape...)
	l.normal(name+".bias", 0.05, shape[0])
}

// deepLab returns the tensors of deeplabv3_resnet50 or -101, including the
// auxiliary classifier, which the official files contain but inference does not
// use.
func deepLab(blocks [4]int64) []tensor {
	var l list
	resnet(&l, "backbone.", blocks)
	const body, wide = 2048, 256
	for i, kernel := range []int64{1, 3, 3, 3} {
		l.normed(fmt.Sprintf("classifier.0.convs.%d", i), wide, body, kernel)
	}
	l.conv("classifier.0.convs.4.1", wide, body, 1)
	l.norm("classifier.0.convs.4.2", wide, 1)
	l.normed("classifier.0.project", wide, 5*wide, 1)
	l.conv("classifier.1", wide, wide, 3)
	l.norm("classifier.2", wide, 1)
	l.answer("classifier.4", 0.2, vocClasses, wide, 1, 1)
	l.conv("aux_classifier.0", wide, body/2, 3)
	l.norm("aux_classifier.1", wide, 1)
	l.answer("aux_classifier.4", 0.2, vocClasses, wide, 1, 1)
	return l
}
