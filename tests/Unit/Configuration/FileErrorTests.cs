using System.Text;
using CsCheck;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Unit.Configuration;

public sealed class FileErrorTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("backnd: x\n", "UnknownKey", "1:1", "Did you mean 'backend'?")]
    [InlineData("heartbeat:\n  intervall: 5s\n", "UnknownKey", "2:3", "Did you mean 'heartbeat.interval'?")]
    [InlineData("Backend: local\n", "UnknownKey", "1:1", "Did you mean 'backend'?")]
    [InlineData("qqqqqqqqqqqqqqqqq: 5s\n", "UnknownKey", "1:1", "Known are: backend, heartbeat.interval")]
    [InlineData("heartbeat.interval: 5s\n", "UnknownKey", "1:1", "heartbeat: and below it, indented, interval:")]
    [InlineData("heartbeat: 5s\n", "InvalidConfiguration", "1:12", "Inside it are: interval, expiry")]
    [InlineData("heartbeat:\n  interval:\n", "InvalidConfiguration", "2:12", "has no value")]
    [InlineData("heartbeat:\n  interval: ~\n", "InvalidConfiguration", "2:13", "has no value")]
    [InlineData("heartbeat:\n  interval: [5s]\n", "InvalidConfiguration", "2:13", "must be a duration")]
    [InlineData("heartbeat:\n  interval: 15\n", "InvalidDuration", "2:13", "'15' is not a duration")]
    [InlineData("memoryThreshold: much\n", "InvalidSize", "1:18", "'much'")]
    [InlineData("backend: a b\n", "InvalidBackendUri", "1:10", "'a b'")]
    [InlineData("backend: local\nbackend: x\n", "DuplicateKey", "2:1", "line 1")]
    [InlineData("heartbeat:\n\tinterval: 5s\n", "InvalidConfiguration", "2:1", "tab")]
    [InlineData("heartbeat: {interval: 5s\n", "InvalidConfiguration", "2:1", "not YAML")]
    [InlineData("backend: sqlite:\n", "InvalidConfiguration", "1:16", "must be in quotes")]
    [InlineData("a: &x 1\nb: *x\n", "InvalidConfiguration", "1:4", "anchors")]
    [InlineData("backend: !!str local\n", "InvalidConfiguration", "1:10", "tags")]
    [InlineData("<<: {backend: local}\n", "UnknownKey", "1:1", "'<<'")]
    [InlineData("- backend\n", "InvalidConfiguration", "1:1", "map")]
    [InlineData("just words\n", "InvalidConfiguration", "1:1", "map")]
    [InlineData("backend: local\n---\nbackend: x\n", "InvalidConfiguration", "2:1", "second document")]
    [InlineData("backend: lo\u0000cal\n", "InvalidConfiguration", "1:12", "U+0000")]
    [InlineData("? [a]\n: b\n", "InvalidConfiguration", "1:3", "key")]
    [InlineData("backends: redis\n", "InvalidConfiguration", "1:11", "map")]
    [InlineData("backends:\n  hpc:\n", "InvalidConfiguration", "2:7", "must be a URI")]
    [InlineData("backends:\n  hpc: {user: x}\n", "InvalidConfiguration", "2:3", "no 'uri'")]
    [InlineData("backends:\n  hpc: {url: 'redis://h'}\n", "UnknownKey", "2:9", "Did you mean 'uri'?")]
    [InlineData("backends:\n  hpc: {uri: 'sqlite:', user: x}\n", "UnknownKey", "2:31", "means nothing for sqlite:")]
    [InlineData("backends:\n  'h p': 'redis://h'\n", "InvalidBackendName", "2:3", "'h p'")]
    [InlineData("backends:\n  hpc: redis://h\n  HPC: redis://h\n", "DuplicateKey", "3:3", "second time")]
    [InlineData("backends:\n  local: redis://h\n", "BackendRedefined", "2:3", "built in")]
    [InlineData("backends:\n  hpc: redis://h/1\n", "InvalidBackendUri", "2:8", "?pool=NAME")]
    public void A_mistake_is_shown_with_its_place(string text, string id, string place, string says)
    {
        var error = workspace.User(text).Refuses(id);
        Assert.StartsWith($"{workspace.UserFile}:{place}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n")]
    [InlineData("~\n")]
    [InlineData("\ufeffbackend: local\r\nheartbeat:\r\nbackends: {}\r\n")]
    [InlineData("{\"backend\": \"local\", \"backends\": {}}")]
    [InlineData("backends:\n  # none yet\n")]
    public void Nothing_said_is_no_mistake(string text) => Assert.Equal("local", workspace.User(text).Load().Settings.Backend);

    [Fact]
    public void A_password_in_a_file_is_refused_and_not_shown()
    {
        foreach (var uri in new[] { "redis://u:s3cret@h", "redis://:s3cret@h", "redis://h/?password=s3cret", "redis://u:s3c/s3cret@h" })
        {
            var error = Assert.Throws<GpuOpsException>(() => workspace.User($"backends:\n  hpc: {uri}\n").Load());
            Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
            Assert.StartsWith($"{workspace.UserFile}:2:8: ", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("PasswordInUri", workspace.User("backend: redis://u:s3cret@h\n").Refuses("PasswordInUri").Id);
    }

    [Fact]
    public void Aliases_cannot_make_a_small_file_large()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 40; i++) text.Append(null, $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        Assert.Contains("anchors", workspace.User(text.ToString()).Refuses("InvalidConfiguration").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Assert.Contains("deep", workspace.User(new string('[', 100_000)).Refuses("InvalidConfiguration").Message, StringComparison.Ordinal);
        Assert.Contains("deep", workspace.User(string.Concat(Enumerable.Repeat("{a: ", 50_000))).Refuses("InvalidConfiguration").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_file_is_not_read() =>
        Assert.Contains("not read", workspace.User(new string('#', 300_000)).Refuses("InvalidConfiguration").Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_UTF8_is_refused()
    {
        File.WriteAllBytes(workspace.UserFile, [(byte)'a', 0xff, 0xfe]);
        Assert.Contains("UTF-8", workspace.Refuses("InvalidConfiguration").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_refused()
    {
        Directory.CreateDirectory(workspace.ProjectFile);
        Assert.Contains("folder", workspace.Refuses("UnreadableConfiguration").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_in_place_of_the_file_does_not_hang()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var mkfifo = System.Diagnostics.Process.Start("mkfifo", [workspace.ProjectFile]);
        await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(workspace.UserFile, workspace.ProjectFile);

        await Task.Run(() => workspace.Load(), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["abk:- \n\t#{}[],'\"&*!|>%@`?~é"], 0, 60]).Sample(text =>
        {
            try
            {
                ConfigurationFile.Parse(text, "f.yaml", ConfigurationSource.User, BackendCatalog.Default, workspace.Environment);
            }
            catch (GpuOpsException e)
            {
                Assert.StartsWith("f.yaml:", e.Message, StringComparison.Ordinal);
            }
        });
}
