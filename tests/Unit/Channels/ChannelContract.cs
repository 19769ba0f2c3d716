using System.Security.Cryptography;
using System.Text;
using GpuOps.Channels;
using GpuOps.Errors;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels;

/// <summary>What holds for every channel, wherever it leads.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public abstract class ChannelContract
{
    /// <summary>A channel to somewhere that has this host's files.</summary>
    private protected abstract Task<ChannelPlace> PlaceAsync();

    /// <summary>How long giving up may take.</summary>
    private protected virtual TimeSpan AtOnce => TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Streams_and_exit_codes_arrive_as_they_are()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;
        var input = RandomNumberGenerator.GetBytes(300_000);

        var result = await channel.RunAsync(Sh("cat; printf 'a\\0b\\377' >&2; exit 3") with { Input = input }, Token);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(input, result.Output);
        Assert.Equal([(byte)'a', 0, (byte)'b', 255], result.Error);
    }

    [Fact]
    public async Task A_signal_is_128_and_its_number()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;

        Assert.Equal(143, (await channel.RunAsync(Sh("kill -TERM $$"), Token)).ExitCode);
        Assert.Equal(137, (await channel.RunAsync(Sh("kill -KILL $$"), Token)).ExitCode);
    }

    [Fact]
    public async Task Output_is_read_while_the_command_runs()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;
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
        await using var place = await PlaceAsync();
        var channel = place.Channel;
        var command = Sh("head -c 3000000 /dev/zero; exit $1", "0") with { OutputReader = static (_, _) => throw new InvalidDataException("enough") };

        Assert.Equal("enough", (await Assert.ThrowsAsync<InvalidDataException>(() => channel.RunAsync(command, Token))).Message);
        Assert.Equal(4, (await channel.RunAsync(Sh("echo x; exit $1", "4") with { OutputReader = command.OutputReader }, Token)).ExitCode);
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_input_ends_all_the_same()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;

        Assert.Equal(0, (await channel.RunAsync(new ChannelCommand(["true"]) { Input = new byte[5_000_000] }, Token)).ExitCode);
    }

    [Fact]
    public async Task What_does_not_exist_is_named()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;

        Assert.Equal("CommandNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => channel.RunAsync(new ChannelCommand(["no-such-program"]), Token))).Id);
        Assert.Equal("FolderNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => channel.RunAsync(Sh("true") with { Folder = "/no/such" }, Token))).Id);
        Assert.Equal(127, (await channel.RunAsync(Sh("exit 127"), Token)).ExitCode);
    }

    [Fact]
    public async Task A_command_that_ignores_SIGINT_is_killed_with_its_children()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var id = Path.Combine(place.Folder, "id");
        var run = channel.RunAsync(Sh("trap '' INT; sleep 1000 & echo $! > \"$1.new\"; mv \"$1.new\" \"$1\"; wait", id), giveUp.Token);
        await UntilExistsAsync(id);

        var start = TimeProvider.System.GetTimestamp();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, AtOnce);
        await UntilGoneAsync((await File.ReadAllTextAsync(id, Token)).Trim());
    }

    [Fact]
    public async Task Giving_up_returns_at_once_and_ends_the_command()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var (id, said) = (Path.Combine(place.Folder, "id"), Path.Combine(place.Folder, "said"));
        var run = channel.RunAsync(Sh("trap 'echo interrupted > \"$2\"; exit' INT; echo $$ > \"$1.new\"; mv \"$1.new\" \"$1\"; while :; do sleep 0.05; done", id, said), giveUp.Token);
        await UntilExistsAsync(id);

        var start = TimeProvider.System.GetTimestamp();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, AtOnce);
        await UntilGoneAsync((await File.ReadAllTextAsync(id, Token)).Trim());
        Assert.True(File.Exists(said));
    }

    [Fact]
    public async Task Files_are_written_looked_at_and_read()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;
        var path = Path.Combine(place.Folder, "-a 'b\n$c");
        var content = RandomNumberGenerator.GetBytes(100_000);

        await channel.WriteAsync(path, content, isProgram: false, Token);

        Assert.Equal(content, await File.ReadAllBytesAsync(path, Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(content[10..30], await channel.ReadAsync(path, 10, 20, Token));
        Assert.Equal(content[99_990..], await channel.ReadAsync(path, 99_990, 500, Token));
        Assert.Empty(await channel.ReadAsync(path, 200_000, 500, Token));
        await using var local = new LocalChannel();
        Assert.Equal(await local.StatAsync(path, Token), await channel.StatAsync(path, Token));
        var before = await channel.StatAsync(path, Token);
        await channel.WriteAsync(path, content, isProgram: true, Token);
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute));
        Assert.NotEqual(before!.Identity, (await channel.StatAsync(path, Token))!.Identity);
        Assert.Single(Directory.GetFiles(place.Folder));
    }

    [Fact]
    public async Task Files_that_are_not_there_are_named_and_nothing_is_left_of_one_that_cannot_be_written()
    {
        await using var place = await PlaceAsync();
        var channel = place.Channel;

        Assert.Null(await channel.StatAsync("/no/such", Token));
        Assert.Null(await channel.StatAsync(place.Folder, Token));
        Assert.Equal("FileNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => channel.ReadAsync("/no/such", 0, 1, Token))).Id);
        Assert.Equal("FileNotReadable", (await Assert.ThrowsAsync<GpuOpsException>(() => channel.ReadAsync(place.Folder, 0, 1, Token))).Id);
        Assert.Equal("FileNotWritten", (await Assert.ThrowsAsync<GpuOpsException>(() => channel.WriteAsync("/no/such", new byte[1], false, Token))).Id);
    }
}
