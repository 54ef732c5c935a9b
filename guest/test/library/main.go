// Command library prints what a good part of the standard library computes. The
// tests compare the machine's output with this computer's, byte by byte: assembly
// that was replaced, floating point in software, misaligned operands.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"hash/crc64"
	"hash/fnv"
	"image"
	"image/png"
	"io"
	"log/slog"
	"maps"
	"math"
	"math/big"
	"math/bits"
	"math/cmplx"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"
)

// data is a thousand bytes that do not repeat within 256.
var data = func() []byte {
	all := make([]byte, 1000)
	for i := range all {
		all[i] = byte(i*7 + i>>8)
	}
	return all
}()

func main() {
	encodings()
	hashes()
	ciphers()
	signatures()
	integers()
	floats()
	texts()
}

type record struct {
	Count  int               `json:"count" xml:"count"`
	Values []float64         `json:"values" xml:"value"`
	Names  map[string]string `json:"names" xml:"-"`
}

func encodings() {
	in := record{1, []float64{1.5, -2e-7, math.Pi}, map[string]string{"x": "y"}}
	text, err := json.Marshal(in)
	fmt.Println(string(text), err)
	var out record
	fmt.Println(json.Unmarshal(text, &out), out)
	text, err = xml.Marshal(out)
	fmt.Println(string(text), err)
	var binary bytes.Buffer
	fmt.Println(gob.NewEncoder(&binary).Encode(out), binary.Len())
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	fmt.Fprint(writer, strings.Repeat("hello ", 1000))
	writer.Close()
	fmt.Printf("%x\n", packed.Bytes())
	reader, err := gzip.NewReader(&packed)
	unpacked, readErr := io.ReadAll(reader)
	fmt.Println(len(unpacked), err, readErr)
	var picture bytes.Buffer
	fmt.Println(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 16, 16))), picture.Len())
	fmt.Println(base64.StdEncoding.EncodeToString(data[:100]))
}

// hashes goes through every alignment of the operands.
func hashes() {
	for offset := range 9 {
		part := data[offset : offset+501]
		fmt.Printf("%x %x %x %x %x\n", sha256.Sum256(part), sha512.Sum512(part), md5.Sum(part), sha1.Sum(part), sha3.Sum256(part))
		fmt.Println(crc32.ChecksumIEEE(part), crc32.Checksum(part, crc32.MakeTable(crc32.Castagnoli)),
			crc64.Checksum(part, crc64.MakeTable(crc64.ISO)), adler32.Checksum(part))
		target := make([]byte, 600)
		count := subtle.XORBytes(target[offset/2:], part, data[offset*2:])
		fmt.Printf("%d %x\n", count, target)
		copy(target[offset:], part[:offset*11+3])
		clear(target[offset*3 : offset*40+5])
		fmt.Printf("%x\n", md5.Sum(target))
		fmt.Println(bytes.IndexByte(part, 99), bytes.Compare(part, data[1:]), bytes.Count(part, []byte{7}),
			bytes.Equal(part, data[offset:offset+501]), bytes.Index(part, data[300:309]), bytes.LastIndexByte(part, 9))
	}
	sum := fnv.New64a()
	sum.Write(data)
	code := hmac.New(sha256.New, data)
	code.Write(data)
	fmt.Printf("%d %x\n", sum.Sum64(), code.Sum(nil))
}

func ciphers() {
	block, _ := aes.NewCipher(data[:32])
	sealed, _ := cipher.NewGCM(block)
	fmt.Printf("%x\n", sealed.Seal(nil, data[:12], data[:77], data[5:9]))
	stream := make([]byte, 99)
	cipher.NewCTR(block, data[:16]).XORKeyStream(stream, data[1:100])
	fmt.Printf("%x\n", stream)
}

func signatures() {
	edwards := ed25519.NewKeyFromSeed(data[:32])
	signature := ed25519.Sign(edwards, data)
	fmt.Printf("%x %t\n", signature, ed25519.Verify(edwards.Public().(ed25519.PublicKey), data, signature))
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), data[:32])
	hash := sha256.Sum256(data)
	fmt.Println(err)
	der, err := key.Sign(nil, hash[:], nil)
	fmt.Printf("%t %v\n", ecdsa.VerifyASN1(&key.PublicKey, hash[:], der), err)
}

func integers() {
	power := new(big.Int).Exp(big.NewInt(3), big.NewInt(10001), nil)
	fmt.Println(power, new(big.Int).Mod(power, big.NewInt(1_000_000_007)), new(big.Int).Sqrt(power))
	fmt.Println(bits.OnesCount64(0xf0f0), bits.LeadingZeros64(77), bits.RotateLeft32(0x80000001, 3),
		bits.ReverseBytes64(0x0102030405060708), bits.TrailingZeros64(0x100), bits.Reverse64(3))
	high, low := bits.Mul64(math.MaxUint64, 12345)
	quotient, remainder := bits.Div64(3, 5, 7)
	fmt.Println(high, low, quotient, remainder)
	generator := rand.New(rand.NewPCG(1, 2))
	fmt.Println(generator.IntN(100), generator.Float64(), generator.NormFloat64(), rand.New(rand.NewChaCha8([32]byte{1})).Uint64())
	values := generator.Perm(300)
	slices.Sort(values)
	fmt.Println(slices.IsSorted(values), slices.Sorted(maps.Keys(map[string]int{"b": 1, "a": 2})))
}

func floats() {
	operands := []float64{0, math.Copysign(0, -1), 1, -1.5, 2.5, 1e-320, 5e-324, math.Pi, 1e15 + 0.5, 1 << 53, -1 << 63, 1e300,
		math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, a := range operands {
		if !(a < 0x1p-1022) { // Log on amd64 is wrong below: https://github.com/golang/go/issues/56600
			fmt.Println(math.Log(a))
		}
		fmt.Println(a, math.Sqrt(a), math.Floor(a), math.Ceil(a), math.Trunc(a), math.Round(a), math.RoundToEven(a), math.Sin(a),
			math.Exp(a), math.Cbrt(a), math.Gamma(a), math.Float64bits(a), math.Float32bits(float32(a)), float32(a)/3)
		for _, b := range operands {
			fmt.Println(a+b, a-b, a*b, a/b, a < b, a == b, math.Max(a, b), math.Min(a, b), math.Mod(a, b), math.Pow(a, b), math.Hypot(a, b),
				math.FMA(a, b, 1), float32(a)*float32(b), float32(a)+float32(b))
		}
	}
	for _, a := range []float64{0, 1.9, -1.9, 255.5, 1e9, -1e9, 1e18} {
		fmt.Println(int64(a), int32(int64(a)), float64(int64(a)), float32(int64(a)), float64(uint64(int64(a))), cmplx.Exp(complex(0, a)))
	}
	fmt.Printf("%x\n", randomArithmetic(20_000))
}

// randomArithmetic hashes the results of the basic operations on random pairs,
// many of them near each other or near zero, where rounding and cancellation lie.
func randomArithmetic(count int) []byte {
	generator := rand.New(rand.NewPCG(3, 4))
	operand := func() float64 {
		fraction := generator.Uint64() >> 12 >> (generator.Uint64() % 52)
		exponents := []uint64{generator.Uint64() % 2047, generator.Uint64() % 60, 0, 963 + generator.Uint64()%120}
		return math.Float64frombits(generator.Uint64()<<63 | exponents[generator.IntN(4)]<<52 | fraction)
	}
	sum := sha256.New()
	for range count {
		a, b := operand(), operand()
		near := a * (1 + float64(generator.IntN(64))/(1<<52))
		single, other := float32(a), float32(b)
		for _, result := range []float64{a + b, a - b, a * b, a / b, near - a, float64(single), float64(single + other),
			float64(single * other), float64(single / other), float64(int64(generator.Uint64()))} {
			if result != result {
				result = math.NaN() // one pattern for all
			}
			fmt.Fprintf(sum, "%x", math.Float64bits(result))
		}
		if math.Abs(a) < 1<<63 {
			fmt.Fprintf(sum, "%d", int64(a))
		}
	}
	return sum.Sum(nil)
}

func texts() {
	options := &slog.HandlerOptions{ReplaceAttr: func(_ []string, attribute slog.Attr) slog.Attr {
		if attribute.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return attribute
	}}
	slog.New(slog.NewTextHandler(os.Stdout, options)).Info("message", "key", 3)
	address, err := url.Parse("https://host/path?c=d")
	fmt.Println(address.Query(), err, http.StatusText(http.StatusTeapot))
	fmt.Println(regexp.MustCompile(`(\w+)@(\w+)\.com`).FindStringSubmatch("me@example.com"))
	fmt.Println(strings.ToUpper("äx"), utf8.RuneCountInString("äx"), strings.Fields(" a  b "))
	template.Must(template.New("").Parse("{{range .}}{{.}},{{end}}\n")).Execute(os.Stdout, []float64{1.5, 2})
	fmt.Println(time.Unix(1e9, 0).UTC(), time.Duration(1.5e9), time.Date(2024, 2, 30, 0, 0, 0, 0, time.UTC).Weekday())
	fmt.Printf("%8.3f %e %g %v %x\n", 3.14159, 1e100, 1e-320, float32(16777217), 1.0)
}
