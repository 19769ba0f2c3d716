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

    [Fact]
    public void What_is_defused_reads_back_exactly()
    {
        Rig.Linux();
        Words.Several.Sample(words => Assert.Equal(string.Concat(words.Select(word => word + "\0")), Run(Rig.Program("bash"), $"printf '%s\\0' {string.Join(' ', words.Select(PosixShell.Defuse))}")), iter: 60);
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

    [Theory]
    [InlineData("printf %s {0}", true)]
    [InlineData("V={0}; printf %s \"$V\"", true)]
    [InlineData("printf %s \"$(printf %s {0})\"", false)]
    [InlineData("V=`printf %s {0}x`; printf %s \"${V%x}\"", true)]
    [InlineData("V=\"`printf %s {0}x`\"; printf %s \"${V%x}\"", true)]
    [InlineData("V=`printf %s \\`printf %s {0}x\\``", false)]
    [InlineData("V=`printf %s \"{0}\"`", false)]
    [InlineData("V=`printf %s '{0}'`", false)]
    [InlineData("bash -c \"printf %s {0}\"", true)]
    [InlineData("bash -c 'printf %s {0}'", false)]
    [InlineData("bash <<X\nprintf %s {0}\nX", true)]
    [InlineData("printf %s '{0}'; printf %s '; touch evil; #'", false)]
    [InlineData("printf %s \"{0}\"; printf %s \"; touch evil; #\"", false)]
    [InlineData("printf %s \"{0}\"", false)]
    [InlineData("printf %s '{0}'", false)]
    [InlineData("V='{0}'", false)]
    [InlineData("V=\"x\ny {0}\"", false)]
    [InlineData("cat <<X\n{0}\nX", false)]
    [InlineData("cat <<'X'\n{0}\nX", false)]
    [InlineData("# it's {0}", false)]
    public async Task What_is_defused_is_never_run_and_by_itself_arrives(string script, bool isItself)
    {
        var folder = Directory.CreateTempSubdirectory("gpuops-defuse-").FullName;
        try
        {
            foreach (var word in Nasty)
            {
                await using var channel = new LocalChannel();
                var result = await channel.RunAsync(
                    new ChannelCommand(["bash", "-c", script.Replace("{0}", PosixShell.Defuse(word), StringComparison.Ordinal)]) { Folder = folder, Environment = new Dictionary<string, string> { ["PATH"] = folder + ":/usr/bin:/bin" } },
                    TestContext.Current.CancellationToken);
                Assert.False(File.Exists(Path.Combine(folder, "evil")), $"It ran: {script} with {word}");
                if (isItself) Assert.Equal(word, result.OutputText);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static readonly string[] Nasty =
    [
        "", "plain", "my job", "Ü ~ 🙂", "~", "a\r\nb", "\\", "*?[a]{b,c}!^=#", "$HOME", "$(touch evil)", "`touch evil`", "a; touch evil; b", " touch evil ", "a\ntouch evil\n",
        "'; touch evil; '", "\"; touch evil; \"", "'$(touch evil)", "\\$(touch evil)", "\\\"; touch evil #", "a\nX\ntouch evil\nX", "x & touch evil | touch evil", "<(touch evil)", ">evil", "a >evil\t>evil",
    ];
}
