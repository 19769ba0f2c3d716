using System.Text;
using CsCheck;
using GpuOps.Schedulers;

namespace GpuOps.Unit.Schedulers;

public sealed class LogLinesTests
{
    private static readonly string[] Parts = ["a", "ü", "🙂", "\n", "\r\n", "\r", "\0"];

    [Fact]
    public void Lines_are_the_same_however_their_bytes_are_cut() =>
        Gen.Select(Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]).Array[0, 40], Gen.Int[1, 7].Array[1, 50]).Sample((parts, cuts) =>
        {
            var text = string.Concat(parts);
            var bytes = Encoding.UTF8.GetBytes(text);
            var lines = new LogLines();
            List<string> read = [];
            for (int at = 0, i = 0; at < bytes.Length; i++)
            {
                var size = Math.Min(cuts[i % cuts.Length], bytes.Length - at);
                read.AddRange(lines.Take(bytes.AsSpan(at, size)));
                at += size;
            }

            read.AddRange(lines.End());
            var expected = text.Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line).ToList();
            if (text.Length == 0 || text.EndsWith('\n'))
                expected.RemoveAt(expected.Count - 1);
            Assert.Equal(expected, read);
        });

    [Fact]
    public void A_line_of_ten_megabytes_and_bytes_that_are_no_text_come_through()
    {
        var lines = new LogLines();
        var block = new byte[100_000];
        Array.Fill(block, (byte)'x');
        for (var i = 0; i < 100; i++)
            Assert.Empty(lines.Take(block));
        Assert.Equal([new string('x', 10_000_000) + "\uFFFD"], lines.Take([0xff, (byte)'\n']));
        Assert.Empty(lines.End());
    }
}
