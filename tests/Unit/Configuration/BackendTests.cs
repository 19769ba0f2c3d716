using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Unit.Configuration;

public sealed class BackendTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void Backends_of_all_files_are_listed_with_their_place()
    {
        workspace.Machine("backends:\n  site: redis://site\n  lab: redis://old\n")
            .User("backend: hpc\nbackends:\n  hpc:\n    uri: redis://h\n    user: me\n  lab: redis://lab\n")
            .Project("backends:\n  extra: sqlite:p.db\n")
            .Variable("GPUOPS_HPC_PASSWORD", "s3cret");

        var backends = workspace.Load().Backends;

        Assert.Equal(["local", "extra", "hpc", "lab", "site"], backends.Select(static b => b.Name));
        var hpc = backends.Single(static b => b.Name == "hpc");
        Assert.True(hpc is { IsDefault: true, Uri: "redis://h", Provider: "redis", Source: ConfigurationSource.User, PasswordVariable: "GPUOPS_HPC_PASSWORD", HasPassword: true });
        Assert.Equal("me", hpc.Options["user"]);
        Assert.Equal(workspace.UserFile + ":3", hpc.Origin);
        Assert.Equal("redis://lab", backends.Single(static b => b.Name == "lab").Uri);
        Assert.Null(backends.Single(static b => b.Name == "extra").PasswordVariable);
    }

    [Fact]
    public void No_name_means_the_default_and_case_does_not_matter()
    {
        workspace.User("backend: HPC\nbackends: {hpc: 'redis://h'}\n");
        Assert.Equal("hpc", workspace.Load().ResolveBackend().Name);
        Assert.Equal("hpc", workspace.Load().ResolveBackend("").Name);
        Assert.Equal("local", workspace.Load().ResolveBackend("LOCAL").Name);
        Assert.Equal("sqlite:", workspace.Load(("backend", "local")).ResolveBackend().Uri.Text);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest_and_how_to_register()
    {
        var error = Assert.Throws<GpuOpsException>(() => workspace.User("backends: {hpc: 'redis://h'}\n").Load().ResolveBackend("hcp"));
        Assert.Equal("UnknownBackend", error.Id);
        Assert.Contains("Did you mean 'hpc'?", error.Message, StringComparison.Ordinal);
        Assert.Contains("Register-GpuBackend -Name hcp -Uri", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<GpuOpsException>(() => workspace.User("backend: gone\n").Load().ResolveBackend());
        Assert.Contains($"named in {workspace.UserFile}:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_scheme_is_answered_with_those_there_are()
    {
        workspace.User("backends: {later: 'k8s://x'}\n");
        Assert.Equal("later", workspace.Load().Backends[^1].Name);
        var error = Assert.Throws<GpuOpsException>(() => workspace.Load().ResolveBackend("later"));
        Assert.Equal("UnknownBackendScheme", error.Id);
        Assert.Contains("sqlite:, redis:, rediss:, redis+unix:, queue:, slurm:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hpc-2.a", "GPUOPS_HPC_2_A_PASSWORD")]
    [InlineData("Lab", "GPUOPS_LAB_PASSWORD")]
    public void A_password_variable_is_named_after_the_backend(string name, string variable) =>
        Assert.Equal(variable, BackendName.PasswordVariable(name));

    [Fact]
    public void The_password_comes_from_the_environment_and_is_not_printed()
    {
        workspace.User("backends:\n  hpc: redis://h\n  other: {uri: 'redis://o', passwordVariable: MY_SECRET}\n")
            .Variable("GPUOPS_HPC_PASSWORD", "s3cret1").Variable("MY_SECRET", "s3cret2").Variable("GPUOPS_REDIS_PASSWORD", "s3cret3");
        var configuration = workspace.Load();

        Assert.Equal("s3cret1", configuration.ResolveBackend("hpc").ReadPassword());
        Assert.Equal("s3cret2", configuration.ResolveBackend("other").ReadPassword());
        Assert.Equal("s3cret3", configuration.ResolveBackend("rediss://h").ReadPassword());
        Assert.Equal("s3cret3", configuration.ResolveBackend("redis+unix:///r").ReadPassword());
        Assert.Null(configuration.ResolveBackend("local").ReadPassword());
        Assert.DoesNotContain("s3cret", configuration.ResolveBackend("hpc").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_cannot_send_a_known_name_elsewhere()
    {
        workspace.User("backends: {hpc: 'redis://h'}\n").Project("backends:\n  HPC: redis://evil\n");
        var error = workspace.Refuses("BackendRedefined");
        Assert.Contains(workspace.UserFile, error.Message, StringComparison.Ordinal);
        Assert.Contains(workspace.ProjectFile + ":2", error.Message, StringComparison.Ordinal);

        workspace.Project("backends:\n  hpc: {uri: 'redis://h', pool: other}\n").Refuses("BackendRedefined");
    }

    [Fact]
    public void A_project_may_repeat_a_known_backend_which_the_user_then_vouches_for()
    {
        workspace.User("backends: {hpc: {uri: 'redis://h', pool: p, passwordVariable: X}}\n")
            .Project("backends: {hpc: {uri: 'redis://h', pool: p}}\n").Variable("X", "s3cret");
        Assert.Equal("s3cret", workspace.Load().ResolveBackend("hpc").ReadPassword());
    }

    [Theory]
    [InlineData("backends: {team: 'redis://evil'}\n", "team", "GPUOPS_TEAM_PASSWORD")]
    [InlineData("backend: redis://evil\n", null, "GPUOPS_REDIS_PASSWORD")]
    [InlineData("backend: team\nbackends: {team: 'redis://evil'}\n", null, "GPUOPS_TEAM_PASSWORD")]
    public void A_host_that_a_project_chooses_gets_no_password(string project, string? name, string variable)
    {
        Assert.Null(workspace.Project(project).Load().ResolveBackend(name).ReadPassword());

        workspace.Variable(variable, "s3cret");
        var error = Assert.Throws<GpuOpsException>(() => workspace.Load().ResolveBackend(name));
        Assert.Equal("UntrustedBackend", error.Id);
        Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        Assert.Contains(workspace.ProjectFile, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_cannot_choose_which_variable_is_sent() =>
        workspace.Project("backends: {team: {uri: 'redis://evil', passwordVariable: AWS_SECRET_ACCESS_KEY}}\n").Refuses("NotAllowedInProject");

    [Fact]
    public void A_provider_is_one_line_with_its_own_options()
    {
        var cluster = new BackendScheme("k8s", "Kubernetes") { Options = [new("defaults.namespace", SettingType.Text, "The namespace.")] };
        var catalog = new BackendCatalog([.. BackendCatalog.Default.Schemes, cluster]);
        workspace.User("backends:\n  hpc:\n    uri: 'k8s:'\n    defaults:\n      namespace: gpu\n");

        var hpc = GpuOpsConfiguration.Load(workspace.Environment, catalog: catalog).ResolveBackend("hpc");

        Assert.Equal("gpu", hpc.Option("defaults.namespace"));
        var error = Assert.Throws<GpuOpsException>(() => catalog.CreatePool(hpc, new(GpuOpsSettings.Default, workspace.Environment, TimeProvider.System)));
        Assert.Equal("BackendHasNoPool", error.Id);
    }
}
