using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GpuOps.Rigs;

/// <summary>A private redis-server on a free port of loopback, in a temporary folder.</summary>
public sealed partial class RedisServerRig : IAsyncDisposable
{
    private const int SigTerm = 15, SigStop = 19, SigContinue = 18;

    private static readonly string? FakeTime = new[] { "x86_64", "aarch64" }
        .Select(machine => $"/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1").FirstOrDefault(File.Exists);

    private readonly RedisServerOptions _options;
    private readonly string _folder = Directory.CreateTempSubdirectory("gpuops-redis-").FullName;
    private readonly TlsFiles? _tls;
    private Process? _process;

    private RedisServerRig(RedisServerOptions options)
    {
        _options = options;
        Port = FreePort();
        if (options.Tls)
            _tls = new TlsFiles(_folder);
        if (options.AclLines.Count > 0)
            File.WriteAllLines(Path.Combine(_folder, "users.acl"), options.AclLines);
        if (options.MovableClock)
            SetClock(TimeSpan.Zero);
    }

    /// <summary>Why there can be no such rig here; null when there can.</summary>
    public static string? Missing => RigFiles.Find("redis-server") is null || RigFiles.Find("redis-cli") is null
        ? "redis-server is not installed (apt-get install redis-server)"
        : null;

    /// <summary>Why there can be no rig with a movable clock; null when there can.</summary>
    public static string? MissingMovableClock => Missing
        ?? (FakeTime is not null ? null : "libfaketime is not installed (apt-get install libfaketime)");

    /// <summary>The port on loopback.</summary>
    public int Port { get; }

    /// <summary>The Unix socket, when one was asked for.</summary>
    public string SocketPath => Path.Combine(_folder, "redis.sock");

    /// <summary>The PEM file of the authority that signed the server's certificate.</summary>
    public string CaFile => _tls?.CaFile ?? throw new InvalidOperationException("This rig does not speak TLS.");

    /// <summary>Starts a server; it takes connections when this returns.</summary>
    /// <param name="options">What it is to be like.</param>
    public static async Task<RedisServerRig> StartAsync(RedisServerOptions? options = null)
    {
        var rig = new RedisServerRig(options ?? new RedisServerOptions());
        try
        {
            await rig.StartAgainAsync();
            if (rig._options.Cluster)
                await rig.TakeAllSlotsAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again on the same port and folder, after it was stopped or killed.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(RigFiles.Find("redis-server")!);
        foreach (var argument in Arguments())
            start.ArgumentList.Add(argument);
        if (_options.MovableClock)
        {
            // libfaketime and jemalloc each need the other first; with libc's malloc before jemalloc's all is well.
            start.Environment["LD_PRELOAD"] = $"{FakeTime}:libc.so.6";
            start.Environment["FAKETIME_TIMESTAMP_FILE"] = ClockFile;
            start.Environment["TZ"] = "UTC";
            start.Environment["FAKETIME_NO_CACHE"] = "1";
            start.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        }

        _process = await ServerStart.UntilReadyAsync(start, "eady to accept connections");
    }

    /// <summary>Ends the server in order, as a reboot would.</summary>
    public async Task StopAsync()
    {
        Signal(SigTerm);
        await EndedAsync();
    }

    /// <summary>Ends the server at once, with SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndedAsync();
    }

    /// <summary>Makes the server stall: it keeps its connections and does not answer.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>Lets a stalled server go on.</summary>
    public void Continue() => Signal(SigContinue);

    /// <summary>Moves the server's clock, which goes on from there.</summary>
    /// <param name="offset">How far from the real time; negative is back.</param>
    public void SetClock(TimeSpan offset) =>
        WriteClock(string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0.000;-0.000;+0.000}"));

    /// <summary>Sets the server's clock to a time at which it stands still.</summary>
    /// <param name="time">The time.</param>
    public void FreezeClock(DateTimeOffset time) =>
        // The fraction is read as a floating-point number; half a millisecond more keeps it from falling below.
        WriteClock(time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'5'", CultureInfo.InvariantCulture));

    /// <summary>Makes this server a replica; it has everything the other one had when this returns.</summary>
    /// <param name="primary">The server to follow.</param>
    public async Task FollowAsync(RedisServerRig primary)
    {
        await CommandAsync("REPLICAOF", "127.0.0.1", $"{primary.Port}");
        await UntilAsync("master_link_status:up", "INFO", "replication");
    }

    /// <summary>Runs one command with redis-cli as the default user and returns what it printed.</summary>
    /// <param name="command">The command and its arguments.</param>
    public async Task<string> CommandAsync(params string[] command)
    {
        var start = new ProcessStartInfo(RigFiles.Find("redis-cli")!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-h", "127.0.0.1", "-p", $"{Port}", .. TlsArguments("--tls", "--cacert"), .. command])
            start.ArgumentList.Add(argument);
        if (_options.Password is { } password)
            start.Environment["REDISCLI_AUTH"] = password;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.TrimEnd('\n')
            : throw new InvalidOperationException($"redis-cli {string.Join(' ', command)}: {output}{await errors}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string ClockFile => Path.Combine(_folder, "clock");

    // Renamed into place: the server may read it at any moment.
    private void WriteClock(string text)
    {
        var next = ClockFile + ".next";
        File.WriteAllText(next, text + "\n");
        File.Move(next, ClockFile, overwrite: true);
    }

    private IEnumerable<string> Arguments()
    {
        string[] basic = ["--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", _options.AppendOnly ? "yes" : "no"];
        string[] port = _tls is null
            ? ["--port", $"{Port}"]
            : ["--port", "0", "--tls-port", $"{Port}", "--tls-auth-clients", "no", "--tls-cert-file", _tls.CertificateFile,
                "--tls-key-file", _tls.KeyFile, "--tls-ca-cert-file", _tls.CaFile];
        return
        [
            .. basic,
            .. port,
            .. _options.AppendOnly ? (string[])["--appendfsync", "always"] : [],
            .. _options.UnixSocket ? (string[])["--unixsocket", SocketPath] : [],
            .. _options.Password is { } password ? (string[])["--requirepass", password] : [],
            .. _options.AclLines.Count > 0 ? (string[])["--aclfile", Path.Combine(_folder, "users.acl")] : [],
            .. _options.Cluster ? (string[])["--cluster-enabled", "yes", "--cluster-port", $"{FreePort()}"] : [],
            .. _options.Arguments,
        ];
    }

    private string[] TlsArguments(string on, string ca) => _tls is null ? [] : [on, ca, _tls.CaFile];

    private async Task TakeAllSlotsAsync()
    {
        await CommandAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        await UntilAsync("cluster_state:ok", "CLUSTER", "INFO");
    }

    private async Task UntilAsync(string said, params string[] command)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!(await CommandAsync(command)).Contains(said, StringComparison.Ordinal))
            await timer.WaitForNextTickAsync(limit.Token);
    }

    private async Task EndedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process!.WaitForExitAsync(limit.Token);
        _process.Dispose();
        _process = null;
    }

    private void Signal(int signal)
    {
        if (Kill(_process!.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} did not reach redis-server: error {Marshal.GetLastPInvokeError()}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
