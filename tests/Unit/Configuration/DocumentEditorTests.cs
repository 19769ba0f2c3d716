using CsCheck;
using GpuOps.Configuration.Yaml;
using GpuOps.Errors;

namespace GpuOps.Unit.Configuration;

public sealed class DocumentEditorTests
{
    [Theory]
    [InlineData("", "a", "a: v\n")]
    [InlineData("", "a.b", "a:\n  b: v\n")]
    [InlineData("# top\n", "a", "# top\na: v\n")]
    [InlineData("# top", "a", "# top\na: v\n")]
    [InlineData("a: 1 # why\nb: 2\n", "a", "a: v # why\nb: 2\n")]
    [InlineData("a: '1'\r\nb: 2\r\n", "a", "a: v\r\nb: 2\r\n")]
    [InlineData("a: 1\r\n", "b", "a: 1\r\nb: v\r\n")]
    [InlineData("a: 1", "b", "a: 1\nb: v\n")]
    [InlineData("a:\nb: 2\n", "a", "a: v\nb: 2\n")]
    [InlineData("a: # why\nb: 2\n", "a", "a: v # why\nb: 2\n")]
    [InlineData("a: ~\n", "a", "a: v\n")]
    [InlineData("a: |\n  x\n  y\nb: 2\n", "a", "a: v\nb: 2\n")]
    [InlineData("a: x\n  y\nb: 2\n", "a", "a: v\nb: 2\n")]
    [InlineData("a:\n    b: 1 # one\n\n# end\nc: 3\n", "a.x", "a:\n    b: 1 # one\n    x: v\n\n# end\nc: 3\n")]
    [InlineData("a:\n  b:\n    c: 1\nd: 2\n", "a.x.y", "a:\n  b:\n    c: 1\n  x:\n    y: v\nd: 2\n")]
    [InlineData("a:\n  # b: 1\nc: 3\n", "a.b", "a:\n  b: v\n  # b: 1\nc: 3\n")]
    [InlineData("a: ~\nc: 3\n", "a.b", "a: {b: 'v'}\nc: 3\n")]
    [InlineData("a: {}\n", "a.b", "a: {b: 'v'}\n")]
    [InlineData("a: { b: 1 }\n", "a.c.d", "a: {c: {d: 'v'},  b: 1 }\n")]
    [InlineData("{\"a\": \"1\"}", "a", "{\"a\": v}")]
    [InlineData("a:\n- 1\n- 2\n", "b", "a:\n- 1\n- 2\nb: v\n")]
    [InlineData("a: [1,\n 2] # list\n", "b", "a: [1,\n 2] # list\nb: v\n")]
    [InlineData("---\na: 1\n...\n", "b", "---\na: 1\nb: v\n...\n")]
    [InlineData("# ü 漢 🙂\na: 1 # 🙂\n", "a", "# ü 漢 🙂\na: v # 🙂\n")]
    public void Setting_changes_one_value_and_nothing_else(string before, string path, string after) =>
        Assert.Equal(after, DocumentEditor.Set(before, path.Split('.'), "v", "f"));

    [Theory]
    [InlineData("a: 1\n", "b", "a: 1\n")]
    [InlineData("", "a", "")]
    [InlineData("a: 1\nb: 2 # two\n# end\n", "b", "a: 1\n# end\n")]
    [InlineData("a: 1\nb: 2", "b", "a: 1\n")]
    [InlineData("a: 1\n", "a", "")]
    [InlineData("a:\n  b: 1\nc: 2\n", "a.b", "c: 2\n")]
    [InlineData("a:\n  # why\n  b: 1\nc: 2\n", "a.b", "a:\n  # why\nc: 2\n")]
    [InlineData("a:\n  b:\n    c: 1\n    d: 2\n  e: 3\n", "a.b", "a:\n  e: 3\n")]
    [InlineData("a:\n  b:\n    c: 1\n    d: 2\n\ne: 3\n", "a.b", "\ne: 3\n")]
    [InlineData("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n")]
    [InlineData("a: {b: 1, c: 2}\n", "a.c", "a: {b: 1}\n")]
    [InlineData("a: {b: 1}\nc: 2\n", "a.b", "c: 2\n")]
    [InlineData("a: |\n  x\n  y\nb: 2\n", "a", "b: 2\n")]
    [InlineData("a:\nb: 2\n", "a", "b: 2\n")]
    [InlineData("a: x\n  y\nb: 2\n", "a", "b: 2\n")]
    public void Removing_takes_out_one_value_and_what_is_empty_then(string before, string path, string after) =>
        Assert.Equal(after, DocumentEditor.Remove(before, path.Split('.'), "f"));

    [Theory]
    [InlineData("a:\n  b: 1\n", "a")]
    [InlineData("a: 1\n", "a.b")]
    [InlineData("a: [1]\n", "a.b")]
    [InlineData("a: *x\n", "a")]
    public void What_cannot_be_changed_safely_is_refused(string before, string path) =>
        Assert.Throws<GpuOpsException>(() => DocumentEditor.Set(before, path.Split('.'), "v", "f"));

    [Theory]
    [InlineData("redis://me@h:1/?pool=x", "redis://me@h:1/?pool=x")]
    [InlineData("sqlite:", "'sqlite:'")]
    [InlineData("it's", "'it''s'")]
    [InlineData("a # b", "'a # b'")]
    [InlineData("null", "'null'")]
    [InlineData("~", "'~'")]
    [InlineData("", "''")]
    public void Quotes_stand_where_they_are_needed(string value, string written) => Assert.Equal(written, DocumentEditor.Quote(value));

    [Fact]
    public void Any_value_is_read_back_and_every_comment_stays()
    {
        var line = OneOf("# note\n", "\n", "a: 1\n", "b:\n", "  c: x # why\n", "  d: {e: 1}\n", "  f: 'q'\n", "g: {h: [1, 2], i: }\n", "j: |\n", "   text\n", "\r\n", "k: a\r\n");
        var path = OneOf("a", "b", "b.c", "b.d.e", "b.d.n", "g.h", "g.n", "n", "n.m", "b.n.m", "j", "k");
        var value = Gen.OneOf(Gen.String[Gen.Char[' ', '~'], 0, 12], Gen.Const("ü 🙂"));
        Gen.Select(line.List[0, 8], path, value).Sample((lines, key, text) =>
        {
            var before = string.Concat(lines);
            if (TryParse(before) is not { } root) return;
            try
            {
                var after = DocumentEditor.Set(before, key.Split('.'), text, "f");
                Assert.Equal(text, ValueAt(TryParse(after)!, key));
                Assert.Equal(Count(before, "# note"), Count(after, "# note"));
                var removed = DocumentEditor.Remove(after, key.Split('.'), "f");
                Assert.Null(ValueAt(TryParse(removed), key));
            }
            catch (GpuOpsException e) when (e.Id is "InvalidConfiguration")
            {
                Assert.Contains("already something else", e.Message, StringComparison.Ordinal);
            }
        });
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static int Count(string text, string part) => text.Split(part).Length;

    private static MapNode? TryParse(string text)
    {
        try
        {
            return DocumentParser.Parse(text, "f");
        }
        catch (GpuOpsException)
        {
            return null;
        }
    }

    private static string? ValueAt(MapNode? root, string path)
    {
        DocumentNode? node = root;
        foreach (var key in path.Split('.')) node = (node as MapNode)?.Find(key)?.Value;
        return (node as ScalarNode)?.Text;
    }
}
