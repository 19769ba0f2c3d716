using System.Text;
using CsCheck;
using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Rigs;
using GpuOps.Unit.Probes;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>Whatever shell somebody has on the cluster, and whatever it prints, commands and output arrive unchanged.</summary>
public abstract class LoginShellContract(ChannelKind transport) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ICommandChannel Open(SshDestination destination, SshDialog? dialog = null) => transport.Open(destination, dialog, _folder.Path);

    private const string Banner = "echo '*** Welcome! Use $(queue) gpu ***'\n";

    [Theory]
    [InlineData("bash", ".bashrc")]
    [InlineData("dash", "")]
    [InlineData("tcsh", ".tcshrc")]
    [InlineData("csh", ".cshrc")]
    [InlineData("fish", ".config/fish/config.fish")]
    public async Task Arguments_and_output_arrive_byte_for_byte_under(string shell, string startFile)
    {
        await using var rig = await StartAsync(new SshdRigOptions { Shell = Rig.Program(shell) });
        if (startFile.Length > 0)
            WriteBanner(rig, startFile);
        await using var channel = Open(rig.Destination());

        Words.Several.Sample(
            words =>
            {
                var command = new ChannelCommand(["/usr/bin/printf", "%s\\0", .. words]) { Input = "not read"u8.ToArray() };
                var result = channel.RunAsync(command, Token).GetAwaiter().GetResult();
                Assert.Equal(Encoding.UTF8.GetBytes(string.Concat(words.Select(word => word + "\0"))), result.Output);
                Assert.Empty(result.Error);
                Assert.Equal(0, result.ExitCode);
            },
            iter: 10,
            threads: 1);
    }

    [Theory]
    [InlineData("bash", ".bashrc", "echo oops >&2\n")]
    [InlineData("tcsh", ".tcshrc", "sh -c 'echo oops >&2'\n")]
    public async Task What_the_login_shell_complains_of_is_no_error_of_the_command(string shell, string startFile, string complaint)
    {
        await using var rig = await StartAsync(new SshdRigOptions { Shell = Rig.Program(shell) });
        WriteBanner(rig, startFile, complaint);
        await using var channel = Open(rig.Destination());

        var result = await channel.RunAsync(Sh("cat; echo mine >&2") with { Input = "input"u8.ToArray() }, Token);

        Assert.Equal("input", result.OutputText);
        Assert.Equal("mine\n", result.ErrorText);
    }

    [Fact]
    public async Task A_long_command_is_no_worse_than_a_short_one()
    {
        await using var rig = await StartAsync(new SshdRigOptions { Shell = Rig.Program("tcsh") });
        await using var channel = Open(rig.Destination());
        var words = Enumerable.Range(0, 40).Select(_ => new string('\n', 5000)).ToArray();

        var result = await channel.RunAsync(new ChannelCommand(["/usr/bin/printf", "%s", .. words]), Token);

        Assert.Equal(200_000, result.Output.Length);
    }

    [Fact]
    public async Task A_shell_that_runs_nothing_is_named_with_what_it_says()
    {
        await using var rig = await StartAsync(new SshdRigOptions { Lines = ["ForceCommand echo This account is closed."] });
        await using var channel = Open(rig.Destination());

        var fault = await channel.FaultAsync();

        Assert.Equal("LoginShellFailed", fault.Id);
        Assert.Contains("This account is closed.", fault.Message, StringComparison.Ordinal);
    }

    private static void WriteBanner(SshdRig rig, string startFile, string more = "")
    {
        var path = Path.Combine(rig.Folder, startFile);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Banner + more);
    }
}
