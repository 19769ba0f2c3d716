using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Unit.Configuration;

/// <summary>Folders of a user, a machine and a project that last as long as a test.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("gpuops-").FullName;
    private readonly Dictionary<string, string> variables = [];

    public Workspace()
    {
        foreach (var folder in new[] { "user", "machine", "project" }) Directory.CreateDirectory(At(folder));
        Environment = new ConfigurationEnvironment
        {
            Variables = variables,
            CurrentFolder = At("project"),
            UserConfigFolder = At("user"),
            MachineConfigFolder = At("machine"),
            UserStateFolder = At("state"),
            HomeFolder = At("home"),
            HostName = "box",
        };
    }

    public ConfigurationEnvironment Environment { get; set; }

    public ConfigurationStore Store => new(Environment);

    public string UserFile => At("user/config.yaml");

    public string MachineFile => At("machine/config.yaml");

    public string ProjectFile => At("project/gpuops.yaml");

    public string At(string path) => Path.Combine(root, path);

    public Workspace User(string text) => Write(UserFile, text);

    public Workspace Machine(string text) => Write(MachineFile, text);

    public Workspace Project(string text) => Write(ProjectFile, text);

    public Workspace Variable(string name, string value)
    {
        variables[name] = value;
        return this;
    }

    public GpuOpsConfiguration Load(params (string Key, string Value)[] parameters) =>
        GpuOpsConfiguration.Load(Environment, parameters.ToDictionary(static p => p.Key, static p => p.Value));

    public GpuOpsException Refuses(string id)
    {
        var error = Assert.Throws<GpuOpsException>(() => Load());
        Assert.True(error.Id == id, $"{error.Id}: {error.Message}");
        return error;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private Workspace Write(string path, string text)
    {
        File.WriteAllText(path, text);
        return this;
    }
}
