package atoll.format.qcow2;

import java.io.IOException;

/** Takes what tables map, in order of the disk and without gaps. */
interface ClusterVisitor {
  /** Data that lie in one piece in the file. */
  void data(long offsetBytes, long lengthBytes, long hostOffsetBytes) throws IOException;

  /** A compressed cluster, or a part of it; {@code entry} is its L2 entry. */
  void compressed(long offsetBytes, long lengthBytes, long entry) throws IOException;

  void zero(long offsetBytes, long lengthBytes) throws IOException;

  void absent(long offsetBytes, long lengthBytes) throws IOException;
}
