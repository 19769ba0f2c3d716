namespace GpuOps.Unit.Pools.Model;

/// <summary>One host of the model.</summary>
internal sealed class ModelHost(string name)
{
    public string Name { get; } = name;

    public List<ModelGpu> Gpus { get; } = [];

    /// <summary>Everything in line or granted, by place.</summary>
    public List<ModelClaim> Claims { get; } = [];

    /// <summary>When each user last gave each GPU back.</summary>
    public Dictionary<(string User, int Gpu), DateTimeOffset> LastUse { get; } = [];

    public IEnumerable<ModelClaim> Line => Claims.Where(claim => claim.Grant is null).OrderBy(claim => claim.Place);

    public IEnumerable<ModelClaim> Granted => Claims.Where(claim => claim.Grant is not null);

    public IEnumerable<ModelGpu> InService => Gpus.Where(gpu => gpu.InService);

    public ModelClaim? Find(string id) => Claims.Find(claim => claim.Id == id);

    public int Taken(int gpu) => Granted.Sum(claim => claim.Grant!.Units.GetValueOrDefault(gpu));

    public bool IsFree(ModelGpu gpu, DateTimeOffset now) => Taken(gpu.Id) == 0 && gpu.UserAt(now) is null;
}
