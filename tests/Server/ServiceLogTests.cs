using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.ServerTests;

/// <summary>Logs that are followed: large ones, by readers of every kind.</summary>
public sealed class ServiceLogTests : IAsyncLifetime
{
    private const string WaitForGo = "while ! [ -e $F/go ]; do sleep 0.02; done";

    private ServiceRig _rig = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _rig = await ServiceRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_gigabyte_without_a_line_or_a_letter_is_followed_whole_and_costs_no_memory()
    {
        // One MB of bytes that are no text, 1,024 times.
        var piece = new byte[1 << 20];
        new Random(3).NextBytes(piece);
        piece.AsSpan().Replace((byte)'\n', (byte)0xff);
        await File.WriteAllBytesAsync(Path.Combine(_rig.Folder, "piece"), piece, Stop);
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var count = 0; count < 1024; count++)
        {
            expected.AppendData(piece);
        }

        var job = await _rig.SubmitAsync("i=0; while [ $i -lt 1024 ]; do cat $F/piece; i=$((i+1)); done");
        using var seen = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var read in _rig.Client.ReadLogsAsync([job.Id], new GpuJobLogOptions { Stream = GpuJobLogKind.Output, Follow = true }, Stop))
        {
            seen.AppendData(read.Bytes.Span);
        }

        Assert.Equal(Convert.ToHexString(expected.GetHashAndReset()), Convert.ToHexString(seen.GetHashAndReset()));
        Assert.InRange(_rig.Memory("VmHWM"), 0, 250 << 10);
    }

    [Theory]
    [InlineData("log/output/events")]
    [InlineData("log/output")]
    public async Task Who_does_not_read_holds_up_nobody_costs_no_memory_and_can_go_on(string what)
    {
        const int length = 64 << 20;
        var job = await _rig.SubmitAsync($"head -c {length} /dev/zero; {(what.EndsWith("events", StringComparison.Ordinal) ? WaitForGo : "true")}");
        await Wait.UntilAsync(() => new FileInfo(job.OutputPath!) is { Exists: true } file ? file.Length : 0, static size => size == length, "all is written");
        var before = _rig.Memory();
        using var response = await _rig.Http.GetAsync($"/v1/jobs/{job.Id}/{what}", HttpCompletionOption.ResponseHeadersRead, Stop);
        await using var body = await response.Content.ReadAsStreamAsync(Stop);
        for (var other = 0; other < 30; other++)
        {
            Assert.Equal(0, (await _rig.EndAsync(await _rig.SubmitAsync("true"))).ExitCode);
        }

        Assert.InRange(_rig.Memory(), 0, before + (48 << 10));
        _rig.Write("go");
        Assert.Equal(length, what.EndsWith("events", StringComparison.Ordinal) ? await CountEventsAsync(body) : await CountAsync(body));
    }

    [Fact]
    public async Task Followers_that_go_away_leave_nothing_behind()
    {
        var job = await _rig.SubmitAsync($"echo one; {WaitForGo}");
        await _rig.ReadAsync($"{Path.GetRelativePath(_rig.Folder, job.OutputPath!)}", static text => text.Length > 0);
        await LeaveAsync(job, 5);
        var (descriptors, before) = (_rig.Descriptors(), _rig.Memory());
        await LeaveAsync(job, 200);
        await Wait.UntilAsync(_rig.Descriptors, now => now <= descriptors, "their connections and files are closed");
        Assert.InRange(_rig.Memory(), 0, before + (48 << 10));
        _rig.Write("go");
        Assert.Equal(0, (await _rig.EndAsync(job)).ExitCode);
    }

    [Fact]
    public async Task A_service_that_ends_lets_a_follower_know_that_this_is_not_the_end_of_the_log()
    {
        var job = await _rig.SubmitAsync($"echo one; {WaitForGo}; echo two");
        var told = new TaskCompletionSource();
        var following = Task.Run(
            async () =>
            {
                await foreach (var piece in _rig.Client.ReadLogsAsync([job.Id], new GpuJobLogOptions { Stream = GpuJobLogKind.Output, Follow = true }, Stop))
                {
                    told.TrySetResult();
                }
            },
            Stop);
        await told.Task.WaitAsync(Wait.Patience, Stop);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(0, await _rig.EndServiceAsync());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It waited for its follower: {clock.Elapsed}.");
        Assert.Equal("QueueServiceLost", (await Assert.ThrowsAsync<GpuOpsException>(() => following)).Id);
        _rig.Launch();
        await _rig.AnswersAsync();
        _rig.Write("go");
        Assert.Equal(0, (await _rig.EndAsync(job)).ExitCode);
        Assert.DoesNotContain("xception", _rig.Log, StringComparison.Ordinal);
    }

    /// <summary>Many begin to follow, and are gone without a word.</summary>
    private async Task LeaveAsync(GpuJob job, int count)
    {
        var sockets = await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            var socket = await _rig.ConnectAsync(Stop);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/jobs/{job.Id}/log/output/events HTTP/1.1\r\nHost: x\r\n\r\n"), Stop);
            Assert.NotEqual(0, await socket.ReceiveAsync(new byte[64], SocketFlags.None, Stop));
            return socket;
        }));
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }

    private static async Task<long> CountEventsAsync(Stream body)
    {
        var length = 0L;
        await foreach (var item in SseParser.Create(body, static (_, data) => Convert.FromBase64String(Encoding.ASCII.GetString(data)).Length).EnumerateAsync(Stop))
        {
            length += item.Data;
        }

        return length;
    }

    private static async Task<long> CountAsync(Stream body)
    {
        var (buffer, length) = (new byte[1 << 16], 0L);
        while (await body.ReadAsync(buffer, Stop) is > 0 and var read)
        {
            length += read;
        }

        return length;
    }
}
