using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using GpuOps.Errors;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Api;

namespace GpuOps.ServerTests;

/// <summary>Requests that make no sense, too large ones, and ones of somebody else.</summary>
public sealed class ServiceRequestTests(ServiceRequestTests.Fixture fixture) : IClassFixture<ServiceRequestTests.Fixture>
{
    private const string Job = """{"arguments":["true"],"workFolder":"/"}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ServiceRig Rig => fixture.Rig;

    [Theory]
    [InlineData("GET", "/v1/jobs/999999", 404, "JobNotFound")]
    [InlineData("GET", "/v1/jobs/-1", 404, "JobNotFound")]
    [InlineData("GET", "/v1/jobs/99999999999999999999999", 404, "JobNotFound")]
    [InlineData("GET", "/v1/jobs/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404, "JobNotFound")]
    [InlineData("GET", "/v1/jobs/%2e%2e", 404, "NoSuchAddress")]
    [InlineData("GET", "/v1/jobs/%C3%BC%F0%9F%99%82", 404, "JobNotFound")]
    [InlineData("GET", "/v1/jobs/1%0A2", 404, "JobNotFound")]
    [InlineData("GET", "/v1/jobs/999999/log/output", 404, "JobNotFound")]
    [InlineData("GET", "/v1/jobs/..%2f1/log/output", 404, "JobNotFound")]
    [InlineData("POST", "/v1/jobs/999999/stop", 404, "JobNotFound")]
    [InlineData("DELETE", "/v1/jobs/999999", 404, "JobNotFound")]
    [InlineData("GET", "/v1/jobs/ID/log/..%2f..%2fqueue.db", 400, "UnknownLogStream")]
    [InlineData("GET", "/v1/jobs/ID/log/output/events?tail=-1", 400, "InvalidTail")]
    [InlineData("GET", "/v1/jobs/ID/log/output?tail=-1", 400, "InvalidTail")]
    [InlineData("GET", "/v1/jobs/ID/log/output?offset=-1", 400, "InvalidOffset")]
    [InlineData("GET", "/v1/jobs/ID/log/output?offset=x", 400, "InvalidRequest")]
    [InlineData("GET", "/v1/jobs?cursor=garbage", 400, "InvalidCursor")]
    [InlineData("GET", "/v1/jobs?cursor=id.up.1.%27%3B%20DROP", 400, "InvalidCursor")]
    [InlineData("GET", "/v1/jobs?limit=-1", 400, "InvalidLimit")]
    [InlineData("GET", "/v1/jobs?limit=99999999999", 400, "InvalidRequest")]
    [InlineData("GET", "/v1/jobs?state=Sleeping", 400, "InvalidRequest")]
    [InlineData("GET", "/v1/jobs?since=yesterday", 400, "InvalidRequest")]
    [InlineData("GET", "/v1/nothing", 404, "NoSuchAddress")]
    [InlineData("GET", "/", 404, "NoSuchAddress")]
    [InlineData("PUT", "/v1/jobs", 405, "NoSuchAddress")]
    public async Task Addresses_that_make_no_sense_are_refused_with_words(string method, string path, int status, string id)
    {
        using var answer = await Rig.Http.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), path.Replace("ID", fixture.Job.Id, StringComparison.Ordinal)), Stop);
        await FaultAsync(answer, status, id);
    }

    [Theory]
    [InlineData("", 400, "InvalidRequest")]
    [InlineData("{", 400, "InvalidRequest")]
    [InlineData("null", 400, "InvalidRequest")]
    [InlineData("[]", 400, "InvalidRequest")]
    [InlineData("no JSON", 400, "InvalidRequest")]
    [InlineData("{}", 400, "InvalidRequest")]
    [InlineData("""{"arguments":["true"]}""", 400, "InvalidRequest")]
    [InlineData("""{"arguments":null,"workFolder":"/"}""", 400, "InvalidRequest")]
    [InlineData("""{"arguments":[null],"workFolder":"/"}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":[],"workFolder":"/"}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["a\u0000b"],"workFolder":"/"}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"relative"}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","colour":"red"}""", 400, "InvalidRequest")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","name":"two\nlines"}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","name":null}""", 400, "InvalidRequest")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","tags":[null]}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","tags":["a\u001b[0m"]}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","variables":{"A":null}}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","variables":{"A=B":"c"}}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","cpus":-1}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","cpus":1e99}""", 400, "InvalidRequest")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","retries":-1}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","timeLimit":"-00:00:01"}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","grace":"-00:00:01"}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","script":"bm8gaW50ZXJwcmV0ZXI="}""", 400, "InvalidJob")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","script":"%"}""", 400, "InvalidRequest")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","dependencies":[{"id":"999999"}]}""", 404, "JobNotFound")]
    [InlineData("""{"arguments":["true"],"workFolder":"/","dependencies":[null]}""", 400, "InvalidJob")]
    public async Task Submissions_that_make_no_sense_are_refused_with_words(string body, int status, string id)
    {
        var before = await CountAsync();
        using var answer = await PostAsync(new StringContent(body, Encoding.UTF8, "application/json"));
        await FaultAsync(answer, status, id);
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused_with_words()
    {
        using var answer = await PostAsync(new StringContent(Job, Encoding.UTF8, "text/plain"));
        await FaultAsync(answer, 415, "InvalidRequest");
    }

    [Theory]
    [InlineData("""{"name":"a\nb"}""", 400, "InvalidJob")]
    [InlineData("""{"state":"Completed"}""", 400, "InvalidRequest")]
    [InlineData("""{"priority":1}""", 409, "JobNotQueued")]
    public async Task Changes_that_make_no_sense_are_refused_with_words(string body, int status, string id)
    {
        using var answer = await Rig.Http.PatchAsync($"/v1/jobs/{fixture.Job.Id}", new StringContent(body, Encoding.UTF8, "application/json"), Stop);
        await FaultAsync(answer, status, id);
    }

    [Theory]
    [InlineData("Content-Length: 104857600")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_body_of_100_MB_is_refused_and_costs_no_memory(string length)
    {
        await CountAsync();
        var before = Rig.ForgetPeak();
        using var socket = await Rig.ConnectAsync(Stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{length}\r\n\r\n"), Stop);
        var isChunked = length.EndsWith("chunked", StringComparison.Ordinal);
        await socket.SendAsync(Encoding.ASCII.GetBytes(isChunked ? "9\r\n{\"name\":\"\r\n" : "{\"name\":\""), Stop);
        var piece = new string('x', 1 << 20);
        var body = Encoding.ASCII.GetBytes(isChunked ? $"100000\r\n{piece}\r\n" : piece);
        try
        {
            for (var sent = 0; sent < 100; sent++)
            {
                await socket.SendAsync(body, Stop);
            }

            Assert.Fail("It read all of it.");
        }
        catch (SocketException)
        {
            // It does not want to hear the rest.
        }

        var answer = new byte[4096];
        var text = Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer, Stop));
        Assert.StartsWith("HTTP/1.1 413", text, StringComparison.Ordinal);
        Assert.Contains("RequestTooLarge", text, StringComparison.Ordinal);
        Assert.InRange(Rig.Memory("VmHWM"), 0, before + (64 << 10));
        await CountAsync();
    }

    [Fact]
    public async Task Who_submits_too_much_is_told_so()
    {
        var script = Encoding.ASCII.GetBytes("#!/bin/sh\n" + new string('#', QueuePaths.LargestRequest));
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => Rig.Client.SubmitJobAsync(Rig.Script("") with { Script = script, Arguments = [] }, Stop));
        Assert.Equal("RequestTooLarge", fault.Id);
        await CountAsync();
    }

    [Fact]
    public async Task What_a_submission_does_not_say_has_its_default()
    {
        using var answer = await PostAsync(new StringContent(Job, Encoding.UTF8, "application/json"));
        var job = await answer.Content.ReadFromJsonAsync(QueueJson.Default.GpuJob, Stop);
        Assert.Equal((1, 0, ""), (job!.Cpus, job.Priority, job.Name));
        Assert.Equal(GpuJobState.Completed, (await Rig.EndAsync(job)).State);
    }

    [Fact]
    public async Task A_job_that_fills_the_limit_is_taken()
    {
        // A script may be large; arguments and variables are bound by the system.
        var script = Encoding.ASCII.GetBytes("#!/bin/sh\nexit 7\n" + new string('#', 8 << 20));
        var job = await Rig.Client.SubmitJobAsync(Rig.Script("") with { Script = script, Arguments = [] }, Stop);
        Assert.Equal(7, (await Rig.EndAsync(job)).ExitCode);
    }

    [Fact]
    public async Task Another_user_does_not_get_in()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can be two users.");
        const string ask = "socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un($ARGV[0])) ? print 'in' : print $!+0";
        Assert.Equal("in", await SayAsync("/usr/bin/perl", "-MSocket", "-e", ask, Rig.Location.Socket));
        Assert.Equal("13", await SayAsync("setpriv", "--reuid", "65534", "--clear-groups", "/usr/bin/perl", "-MSocket", "-e", ask, Rig.Location.Socket));
    }

    [Fact]
    public async Task Another_user_who_gets_in_acts_on_nothing_of_others()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can be two users.");
        await using var rig = await ServiceRig.StartAsync();
        var job = await rig.EndAsync(await rig.SubmitAsync("echo secret words"));
        foreach (var path in new[] { rig.Folder, rig.State, rig.Location.Socket })
        {
#pragma warning disable CA1416 // The service is for Linux.
            File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
#pragma warning restore CA1416
        }

        foreach (var (method, path) in new[] { ("GET", "/log/output"), ("GET", "/log/output/events"), ("DELETE", ""), ("POST", "/stop") })
        {
            var answer = await AskAsNobodyAsync(rig, method, $"/v1/jobs/{job.Id}{path}");
            Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
            Assert.Contains("JobOfSomebodyElse", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("secret words", answer, StringComparison.Ordinal);
        }

        Assert.StartsWith("HTTP/1.1 403", await AskAsNobodyAsync(rig, "POST", "/v1/server/stop"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AskAsNobodyAsync(rig, "GET", $"/v1/jobs/{job.Id}"), StringComparison.Ordinal);
        Assert.Equal(job.State, (await rig.FindAsync(job.Id)).State);
    }

    private static Task<string> AskAsNobodyAsync(ServiceRig rig, string method, string path)
    {
        const string ask = "socket(S, PF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un($ARGV[0])) or die $!; syswrite(S, \"$ARGV[1] $ARGV[2] HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n\"); print while <S>";
        return SayAsync("setpriv", "--reuid", "65534", "--clear-groups", "/usr/bin/perl", "-MSocket", "-e", ask, rig.Location.Socket, method, path);
    }

    private static async Task<string> SayAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        return await process.StandardOutput.ReadToEndAsync(Stop);
    }

    private static async Task FaultAsync(HttpResponseMessage answer, int status, string id)
    {
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        var fault = await answer.Content.ReadFromJsonAsync(QueueJson.Default.QueueFault, Stop);
        Assert.Equal(id, fault!.Id);
        Assert.True(fault.Message.Length is > 10 and < 500, fault.Message);
        Assert.NotEqual(GpuOpsErrorKind.InvalidData, fault.Kind);
    }

    private Task<HttpResponseMessage> PostAsync(HttpContent body) => Rig.Http.PostAsync("/v1/jobs", body, Stop);

    private async Task<int> CountAsync() => (await Rig.Client.ReadJobsAsync(new GpuJobQuery(), Stop)).Count;

    /// <summary>A service for all of them, with one job that is over.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public ServiceRig Rig { get; private set; } = null!;

        public GpuJob Job { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Rig = await ServiceRig.StartAsync();
            Job = await Rig.EndAsync(await Rig.SubmitAsync("true"));
        }

        public ValueTask DisposeAsync() => Rig.DisposeAsync();
    }
}
