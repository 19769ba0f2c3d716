using System.Security.Cryptography;
using System.Text;
using CsCheck;
using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Unit.Probes;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LocalChannelTests : IDisposable
{
    private readonly LocalChannel _channel = new();
    private readonly TemporaryFolder _folder = new();

    public LocalChannelTests() => Rig.Linux();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Streams_and_exit_codes_arrive_as_they_are()
    {
        var input = RandomNumberGenerator.GetBytes(300_000);

        var result = await _channel.RunAsync(Sh("cat; printf 'a\\0b\\377' >&2; exit 3") with { Input = input }, Token);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(input, result.Output);
        Assert.Equal([(byte)'a', 0, (byte)'b', 255], result.Error);
        Assert.Equal(143, (await _channel.RunAsync(Sh("kill -TERM $$"), Token)).ExitCode);
    }

    [Fact]
    public void Arguments_arrive_byte_for_byte() => Words.Several.Sample(
        words =>
        {
            var result = _channel.RunAsync(new ChannelCommand(["/usr/bin/printf", "%s\\0", .. words]), Token).GetAwaiter().GetResult();
            Assert.Equal(Encoding.UTF8.GetBytes(string.Concat(words.Select(word => word + "\0"))), result.Output);
        },
        iter: 20);

    [Fact]
    public async Task Output_is_read_while_the_command_runs()
    {
        var channel = _channel;
        var go = Path.Combine(Directory.CreateTempSubdirectory("gpuops-").FullName, "go");
        var first = "";
        var more = 0L;
        var command = Sh("echo first; while [ ! -e \"$1\" ]; do sleep 0.02; done; head -c 3000000 /dev/zero; echo said >&2", go) with
        {
            OutputReader = async (stream, token) =>
            {
                var line = new byte["first\n".Length];
                await stream.ReadExactlyAsync(line, token);
                first = Encoding.UTF8.GetString(line);
                await File.WriteAllTextAsync(go, "", token);
                var buffer = new byte[8192];
                for (int read; (read = await stream.ReadAsync(buffer, token)) > 0;)
                    more += read;
            },
        };

        var result = await channel.RunAsync(command, Token);

        Directory.Delete(Path.GetDirectoryName(go)!, recursive: true);
        Assert.Equal(("first\n", 3_000_000L, 0, 0, "said\n"), (first, more, result.ExitCode, result.Output.Length, result.ErrorText));
    }

    [Fact]
    public async Task A_reader_that_gives_up_is_heard_unless_the_command_failed_itself()
    {
        var channel = _channel;
        var command = Sh("head -c 3000000 /dev/zero; exit $1", "0") with { OutputReader = static (_, _) => throw new InvalidDataException("enough") };

        Assert.Equal("enough", (await Assert.ThrowsAsync<InvalidDataException>(() => channel.RunAsync(command, Token))).Message);
        Assert.Equal(4, (await channel.RunAsync(Sh("echo x; exit $1", "4") with { OutputReader = command.OutputReader }, Token)).ExitCode);
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_input_ends_all_the_same() =>
        Assert.Equal(0, (await _channel.RunAsync(new ChannelCommand(["true"]) { Input = new byte[5_000_000] }, Token)).ExitCode);

    [Fact]
    public async Task What_does_not_exist_is_named()
    {
        Assert.Equal("CommandNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => _channel.RunAsync(new ChannelCommand(["no-such-program"]), Token))).Id);
        Assert.Equal("FolderNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => _channel.RunAsync(Sh("true") with { Folder = "/no/such" }, Token))).Id);
        Assert.Equal("FileNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => _channel.ReadAsync("/no/such", 0, 1, Token))).Id);
        Assert.Equal("FileNotWritten", (await Assert.ThrowsAsync<GpuOpsException>(() => _channel.WriteAsync("/no/such", new byte[1], false, Token))).Id);
        Assert.Null(await _channel.StatAsync("/no/such", Token));
    }

    [Theory]
    [InlineData("trap 'exit' INT; echo $$ > \"$1.new\"; mv \"$1.new\" \"$1\"; while :; do sleep 0.05; done")]
    [InlineData("trap '' INT; sleep 1000 & echo $! > \"$1.new\"; mv \"$1.new\" \"$1\"; wait")]
    public async Task Giving_up_returns_at_once_and_ends_the_command(string script)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var id = Path.Combine(_folder.Path, "id");
        var run = _channel.RunAsync(Sh(script, id), giveUp.Token);
        await UntilExistsAsync(id);

        var start = TimeProvider.System.GetTimestamp();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(0.9));
        await _channel.DisposeAsync();
        await UntilGoneAsync((await File.ReadAllTextAsync(id, Token)).Trim());
    }

    [Fact]
    public async Task Files_are_written_for_their_owner_only_and_read_in_pieces()
    {
        var path = Path.Combine(_folder.Path, "a");

        await _channel.WriteAsync(path, "hello"u8.ToArray(), isProgram: true, Token);
        var before = await _channel.StatAsync(path, Token);
        await _channel.WriteAsync(path, "hello there"u8.ToArray(), isProgram: false, Token);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal("lo th"u8.ToArray(), await _channel.ReadAsync(path, 3, 5, Token));
        Assert.NotEqual(before!.Identity, (await _channel.StatAsync(path, Token))!.Identity);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }
}
