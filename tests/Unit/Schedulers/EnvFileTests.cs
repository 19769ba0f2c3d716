using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Unit.Schedulers;

public sealed class EnvFileTests
{
    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("A=", "")]
    [InlineData("  export   A = a b \t", "a b")]
    [InlineData("exportA=0\nA=2", "2")]
    [InlineData("A=1\nA=2\n", "2")]
    [InlineData("# A=9\n\n  # no\nA=x # a comment", "x")]
    [InlineData("A=x#y", "x#y")]
    [InlineData("A=# nothing", "")]
    [InlineData("A=a=b=c", "a=b=c")]
    [InlineData("A='it is \"$HOME\" \\n # all'", "it is \"$HOME\" \\n # all")]
    [InlineData("A=\"a\\tb\\n\\\"c\\\" \\\\ \\$d \\x\" # end", "a\tb\n\"c\" \\ $d \\x")]
    [InlineData("A=\"one\ntwo\"\nB=3", "one\ntwo")]
    [InlineData("A='one\r\ntwo'\r\nB=3\r\n", "one\ntwo")]
    [InlineData("\uFEFFA=ü🙂", "ü🙂")]
    [InlineData("A=it's", "it's")]
    [InlineData("A=$B ${C} `d`", "$B ${C} `d`")]
    public void A_value_is_what_its_line_says(string text, string value) => Assert.Equal(value, EnvFile.Parse(text, "x.env")["A"]);

    [Fact]
    public void Every_variable_is_read() => Assert.Equal(["A=1", "B=2", "C=a\nb", "D="],
        EnvFile.Parse("A=1\nexport B=\"2\"\n\nC='a\nb'\nD=\n#E=5", "x.env").Select(static pair => $"{pair.Key}={pair.Value}"));

    [Theory]
    [InlineData("A=1\n\nB hush", 3, "'='")]
    [InlineData("A='a\nb'\n=hush", 3, "name of a variable")]
    [InlineData("1A=hush", 1, "'1A'")]
    [InlineData("A=1\nA.B=hush", 2, "'A.B'")]
    [InlineData("A=1\nB='hush\n\n", 2, "never closed")]
    [InlineData("A=\"hush\\\"", 1, "never closed")]
    [InlineData("A='a' hush", 1, "behind the closing quote")]
    [InlineData("\nA=hu\0sh", 2, "NUL")]
    public void What_is_wrong_is_said_with_its_line_and_no_value(string text, int line, string what)
    {
        var fault = Assert.Throws<GpuOpsException>(() => EnvFile.Parse(text, "x.env"));
        Assert.Equal("EnvFileInvalid", fault.Id);
        Assert.StartsWith($"'x.env', line {line}: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        if (!what.Contains('=', StringComparison.Ordinal))
            Assert.DoesNotContain("hush", fault.Message, StringComparison.Ordinal);
    }
}
