using System.Diagnostics;
using System.Text;
using CsCheck;
using GpuOps.Channels;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Channels;

public sealed class PosixShellTests
{
    [Theory]
    [InlineData("", "''")]
    [InlineData("train.py", "train.py")]
    [InlineData("--lr=0.1", "'--lr=0.1'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("~", "'~'")]
    public void Words_are_quoted_where_they_need_it(string word, string quoted) => Assert.Equal(quoted, PosixShell.Quote(word));

    [Fact]
    public void NUL_can_be_no_argument() => Assert.Throws<ArgumentException>(() => PosixShell.Quote("a\0b"));

    [Theory]
    [InlineData("sh")]
    [InlineData("dash")]
    [InlineData("bash")]
    public void A_real_shell_reads_back_exactly_what_was_written(string shell)
    {
        Rig.Linux();
        var program = Rig.Program(shell);
        // Many words in one run of the shell; each comes back with a NUL behind it.
        Words.Several.Sample(words => Assert.Equal(string.Concat(words.Select(word => word + "\0")), Run(program, $"printf '%s\\0' {PosixShell.Join(words)}")), iter: 60);
    }

    private static string Run(string shell, string script)
    {
        var start = new ProcessStartInfo(shell) { RedirectStandardInput = true, RedirectStandardOutput = true, StandardInputEncoding = new UTF8Encoding(false), StandardOutputEncoding = new UTF8Encoding(false) };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        return output.GetAwaiter().GetResult();
    }
}
